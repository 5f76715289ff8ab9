"""Surface."""
