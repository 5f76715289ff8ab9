"""Structural."""
