"""Cells of a benchmark: settings, runs, scores and files."""
