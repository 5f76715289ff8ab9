"""Experiments, metrics and reports that measure how well models trained on synthetic defects detect real ones."""
