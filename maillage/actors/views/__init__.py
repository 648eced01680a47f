"""The pages of accounts, organisations and roles: each view gets, acts, shows."""
