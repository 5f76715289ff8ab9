"""Defects in compositions of albumentations, the same code for both hosts."""

import albumentations as A
import numpy as np

import defectsynth as ds
from defectsynth.core.arrays import Array
from examples.check_integrations import parts


def choices() -> str:
    """Draw with OneOf and SomeOf among other transforms, twice from the same seed."""
    image = parts.render(1)[0]
    defects = [ds.Scratch(p=1.0), ds.Stain(p=1.0), ds.ChippedEdge(p=1.0)]
    for choice in (A.OneOf(defects, p=1.0), A.SomeOf(defects, n=2, p=1.0)):
        first, second = (_records(choice, image) for _ in range(2))
        assert first == second, f"{type(choice).__name__} drew other defects from the same seed"
        assert len({kind for kind, _ in first}) == 3, f"{type(choice).__name__} drew only {first}"
    return ", ".join(sorted({kind for kind, _ in first}))


def _records(choice: A.BaseCompose, image: Array) -> list[tuple[str, int]]:
    pipeline = A.Compose([choice], seed=7)
    found = []
    for _ in range(12):
        result = pipeline(image=image, mask=np.zeros(image.shape[:2], np.uint8), defects=[])
        area = parts.true_area(image.transpose(2, 0, 1), result["image"].transpose(2, 0, 1), result["mask"])
        found += [(record["kind"], area) for record in result["defects"]]
    return found


def replay() -> str:
    """Replay a ReplayCompose on the same image: the same bytes."""
    image = parts.render(1)[0]
    mask = np.zeros(image.shape[:2], np.uint8)
    first = A.ReplayCompose([A.HorizontalFlip(p=0.5), ds.BentEnd(p=1.0), ds.Scratch(p=1.0)])(image=image, mask=mask)
    again = A.ReplayCompose.replay(first["replay"], image=image, mask=mask)
    assert (first["image"] != image).any()
    assert np.array_equal(first["image"], again["image"]), "the replay differs"
    assert np.array_equal(first["mask"], again["mask"]), "the mask of the replay differs"
    return f"{int((first['mask'] != 0).sum())} pixels"
