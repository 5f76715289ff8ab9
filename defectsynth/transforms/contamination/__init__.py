"""Contamination."""
