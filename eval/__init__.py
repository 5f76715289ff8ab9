"""Experiments, metrics and reports that prove what models trained on synthetic defects find."""
