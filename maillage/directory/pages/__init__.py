"""What each page of the directory is told, so that a view only chooses it."""
