"""Report of many runs: one self-contained HTML file with all numbers, figures and images."""

from eval.report.page import write_report

__all__ = ["write_report"]
