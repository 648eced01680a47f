"""What each page of organisations and roles is told, so that a view only chooses it."""
