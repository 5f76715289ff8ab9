"""Structural defects: parts missing, moved, exchanged or recoloured, and damaged edges."""
