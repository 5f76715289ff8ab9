"""Search for the weights and ranges of a preset for one category, on its normals and, if given, a few known defects.

No other test image is opened. tune.json names the known ones; `run` and `benchmark` leave them out of the test.
"""

from eval.tune.study import Study, open_study

__all__ = ["Study", "open_study"]
