"""Blending."""
