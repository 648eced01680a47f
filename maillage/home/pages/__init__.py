"""What each page of the porch is told, so that a view only chooses it."""
