"""Reading of image files, image sources of a caller and banks of real defects.

Imports `core` only.
"""
