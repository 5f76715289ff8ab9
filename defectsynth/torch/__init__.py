"""Defects in a torch pipeline: `DefectModule` for torchvision v2, `kornia.DefectAugmentation` for kornia.

Needs the extra `torch`. Nothing else of the library imports it.
"""

try:
    import torch  # noqa: F401  only to name the extra if it is missing
    import torchvision  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"defectsynth.torch needs {error.name}: pip install 'defectsynth[torch]'", name=error.name
    ) from error

from defectsynth.torch.module import DefectModule, DefectSample

__all__ = ["DefectModule", "DefectSample"]
