"""Training of backbones with heads."""
