"""The doors of the porch, by subject."""
