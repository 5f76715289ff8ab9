"""Pure functions on arrays: polygons, rasterisation, shading, noise, textures and interpolation over gaps.

Imports `core` only.
"""
