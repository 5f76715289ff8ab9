"""Datasets, images and training examples."""
