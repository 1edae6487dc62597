"""Create and edit forms: the same spec as fields beside labels and as JSON, either way."""
