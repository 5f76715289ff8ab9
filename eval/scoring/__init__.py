"""Scores of images and patches, their explanation, and metrics."""
