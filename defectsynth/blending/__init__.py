"""Blending of a look with the surface: alpha, multiply, screen, and seamless (Poisson) blending."""
