"""Before any training: how well do the defects that a preset draws cover the real ones?

Everything is measured between patches of the untrained backbone: of real defects, of synthetic ones and of normals.
"""

from eval.audit.coverage import Audit, Auditor, audit
from eval.audit.measure import DefectType
from eval.audit.sheet import write_sheet

__all__ = ["Audit", "Auditor", "DefectType", "audit", "write_sheet"]
