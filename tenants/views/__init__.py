"""Pages about tenants and the user's own account, one module a page."""
