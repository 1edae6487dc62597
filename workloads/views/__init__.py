"""The pages of Apps and Jobs, one module a page."""
