"""Deformation."""
