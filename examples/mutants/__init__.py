"""Mutation testing: hand-made bugs, each of which the tests must find."""
