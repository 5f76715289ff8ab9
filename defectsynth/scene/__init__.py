"""Analysis of the input image: foreground, outline, axis, thread orientation, periodicity, mesh and ribs.

Imports `core` only.
"""
