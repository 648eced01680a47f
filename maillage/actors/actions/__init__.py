"""What people decide about accounts, organisations and roles: one verb per intention."""
