"""What people type about accounts, organisations and roles."""
