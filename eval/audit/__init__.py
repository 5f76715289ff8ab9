"""Audit of generators before any training: the coverage of real defects by synthetic ones.

Coverage is measured by distances between patches of the untrained backbone: of real defects, of synthetic defects and
of normals.
"""

from eval.audit.coverage import Audit, Auditor, audit
from eval.audit.measure import TypeCoverage
from eval.audit.sheet import write_sheet

__all__ = ["Audit", "Auditor", "TypeCoverage", "audit", "write_sheet"]
