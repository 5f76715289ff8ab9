"""Search the weights and ranges of a preset for one category, on its normals and, if given, a few known defects.

No other test image is opened. What the known ones are stands in tune.json: leave them out of every number you report.
"""

from eval.tune.command import tune

__all__ = ["tune"]
