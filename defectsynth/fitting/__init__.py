"""Presets fitted to a few real defects: measurements, candidates, comparison, report."""
