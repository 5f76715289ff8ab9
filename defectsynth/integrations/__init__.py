"""Defects in the frameworks of others: a module for each, which needs the extra of its name.

Nothing else of the library imports them, and this package imports none of them by itself.
"""
