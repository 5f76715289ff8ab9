"""The studio: a local page on which the ranges of defects are turned and their draws looked at."""
