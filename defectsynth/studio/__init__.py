"""Studio: a local page to adjust the ranges of a defect and see the result at once."""
