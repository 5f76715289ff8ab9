"""The report of many runs: one HTML file that holds all numbers, figures and pictures and needs nothing else."""

from eval.report.page import write_report

__all__ = ["write_report"]
