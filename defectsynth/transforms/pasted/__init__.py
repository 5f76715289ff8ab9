"""Pasted defects: patches of the same or another image, foreign textures, real defects."""
