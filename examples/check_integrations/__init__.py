"""Checks against other tools: one module for each, run against the installed version."""
