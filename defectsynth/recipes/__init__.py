"""Drawn defects: frozen values that are written as plain data and render the same pixels again."""
