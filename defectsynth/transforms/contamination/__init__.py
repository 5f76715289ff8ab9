"""Contamination and discoloration: particles, spots, stains, glue, tape, print, wrong varieties."""
