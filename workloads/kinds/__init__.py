"""What the platform can run: one folder a kind, each with form, manifests and state."""
