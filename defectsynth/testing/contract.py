"""The contract that every defect keeps to, checked for one image and one pipeline."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import albumentations as A
import numpy as np

from defectsynth.core.patch import MIN_CHANGED_SHARE
from defectsynth.core.serialization import decode
from defectsynth.engine.sample import Sample
from defectsynth.engine.synthesis import redraw, synthesize
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.warp import WarpRecipe
from defectsynth.testing.drawn_images import PEAK

MASKS = {"roi": "mask", "union": "mask"}  # targets that the host moves like masks
MAX_ROUNDING = 1e-4  # of a recorded contrast


def check_contract(
    transform: DefectTransform | Sequence[DefectTransform],
    image: np.ndarray,
    *,
    seed: int = 0,
    mask: np.ndarray | None = None,
    roi: np.ndarray | None = None,
    peak: float | None = None,
    before: Sequence[Any] = (),
    after: Sequence[Any] = (),
) -> None:
    """Raise AssertionError unless a pipeline of defects keeps to the contract, in a Compose and in `synthesize`.

    Args:
        transform: one defect or several, which are drawn one after the other; p = 1.
        image: (H, W) or (H, W, C).
        seed: of the pipeline.
        mask: the anomaly mask with earlier labels; None is an empty one.
        roi: region of interest.
        peak: white level of a uint16 image.
        before: transforms that are no defects, in front of the defects. They apply always and draw no numbers.
        after: the same behind the defects; they map each pixel of the image and of the mask alike.
    """
    defects = [transform] if isinstance(transform, DefectTransform) else list(transform)
    empty = np.zeros(image.shape[:2], np.uint8)
    inputs: dict[str, Any] = {"image": image, "mask": empty if mask is None else mask, "defects": []}
    inputs |= {} if roi is None else {"roi": roi}
    inputs |= {} if peak is None else {"peak": peak}
    copies = {name: np.array(value) for name, value in inputs.items()}
    start = {"image": image, "mask": inputs["mask"]} | ({} if roi is None else {"roi": roi})
    clean = _transformed(before, start)
    result = _drawn([*before, *defects, *after], inputs, seed)
    again = _drawn([*before, *[_copied(each) for each in defects], *after], inputs | {"mask": empty}, seed)
    for name, value in copies.items():
        require(np.array_equal(inputs[name], value), f"{name} is never changed")
    same = again["image"].tobytes() == result["image"].tobytes()
    require(same, "same seed, same bytes, whatever the mask holds")
    require(again["defects"] == result["defects"], "same seed, same records")

    records = result["defects"]
    check_records(
        records, defects, clean["image"], moved_later=any(isinstance(each, A.DualTransform) for each in after)
    )
    behind = _transformed(after, {"image": clean["image"], "mask": clean["mask"]})
    check_image(behind["image"], result["image"], again["mask"], records)
    check_labels(behind["mask"], result["mask"], again["mask"], records, defects)
    check_redraw(clean, behind["image"], again, after)
    sample = synthesize(image, A.Compose([*before, *defects, *after]), seed=seed, roi=roi, peak=peak)
    check_sample(behind["image"], sample, exact=not after, contrasts=len(defects) == 1)


def check_redraw(clean: dict[str, Any], unmarked: np.ndarray, result: dict[str, Any], after: Sequence[Any]) -> None:
    """Check that records draw the same bytes and the same mask again, one draw by one, and nothing outside roi.

    Args:
        clean: image and region of interest that the defects were drawn into.
        unmarked: the image behind the later transforms, without defects.
        result: of the Compose, its mask that of the defects alone.
        after: the later transforms.
    """
    records, roi, image = result["defects"], clean.get("roi"), clean["image"]
    union = np.zeros(image.shape[:2], bool)
    for _, group in groupby(records, key=itemgetter("draw")):
        drawn = list(group)
        step = redraw(image, drawn, roi=roi)
        check_image(image, step.image, step.mask, drawn, exact=True, contrasts=True)
        require(roi is None or not step.mask[roi == 0].any(), "nothing lands outside roi")
        image, union = step.image, union | (step.mask != 0)
    redrawn = redraw(clean["image"], records, roi=roi)
    require(redrawn.image.tobytes() == image.tobytes(), "records draw the same bytes at once and one by one")
    moved = _transformed(after, {"image": image, "mask": redrawn.mask, "union": union.astype(np.uint8)})
    require(moved["image"].tobytes() == result["image"].tobytes(), "records draw the same bytes again")
    again, marked = moved["mask"] != 0, result["mask"] != 0
    require(not (again & ~marked).any(), "records mark nothing else")
    restored = marked & ~again  # by a later defect; a Compose does not know the image before an earlier one
    require((moved["image"] == unmarked)[restored].all(), "records mark all that differs")
    if not _warps(records):
        np.testing.assert_array_equal(moved["union"] != 0, marked, "the mask is that of all defects")


def check_sample(clean: np.ndarray, sample: Sample, *, exact: bool = True, contrasts: bool = False) -> None:
    """Check image, mask and records of `synthesize` against the image without defects, see `check_image`."""
    check_image(clean, sample.image, sample.mask, sample.defects, exact=exact, contrasts=contrasts)
    inside = np.zeros(sample.mask.shape, bool)
    for record in sample.defects:
        x0, y0, x1, y1 = record["box"]
        require_box(record, inside.shape)
        require(record["area"] <= (x1 - x0) * (y1 - y0), f"the area fits into the box, got {record}")
        inside[y0:y1, x0:x1] = True
    require(not sample.mask[~inside].any(), "the mask lies inside the boxes")
    require((len(sample.defects) > 0) == sample.mask.any(), "a record exists if and only if its mask is not empty")
    if len(sample.defects) == 1:
        area, marked = sample.defects[0]["area"], np.count_nonzero(sample.mask)
        require(area == marked, f"the area is that of the mask, got {area} and {marked}")


def check_image(
    clean: np.ndarray,
    image: np.ndarray,
    mask: np.ndarray,
    records: Sequence[dict[str, Any]],
    *,
    exact: bool = False,
    contrasts: bool = False,
) -> None:
    """Check an image with defects against the image without them and the mask of the defects.

    Args:
        clean: without defects.
        image: with them.
        mask: (H, W), non-zero where a defect is.
        records: of the defects.
        exact: whether nothing but defects was drawn since: the mask must differ.
        contrasts: whether one draw made the image from `clean`.
    """
    marked, peak = mask != 0, records[0]["peak"] if records else PEAK[clean.dtype]
    require_alike(image, clean, "image")
    require(image.min() >= min(0, clean.min()), f"no pixel is below 0, got {image.min()}")
    require(image.max() <= max(peak, clean.max()), f"no pixel is above the white level {peak}, got {image.max()}")
    planes = [each.reshape(*marked.shape, -1).astype(np.float64) for each in (clean, image)]
    change = np.abs(planes[1] - planes[0]).max(axis=2) / peak
    require(not change[~marked].any(), "outside the mask every pixel is bit-identical")
    require(len(records) > 0 or not marked.any(), "no mask without a record")
    if exact and marked.any():
        share = (change[marked] > 0).mean()
        require(share >= MIN_CHANGED_SHARE, f"at least 95 % of the mask's pixels differ, got {share:.1%}")
        if contrasts and len(records) == 1:
            mean, contrast = change[marked].mean(), records[0]["contrast"]
            require(abs(mean - contrast) <= MAX_ROUNDING, f"contrast is the mean change {mean}, got {contrast}")


def check_records(
    records: Sequence[dict[str, Any]], defects: Sequence[DefectTransform], image: np.ndarray, *, moved_later: bool
) -> None:
    """Check the records of a Compose against the defects that drew them into an image of that size."""
    seeds = {record["draw"]: record["seed"] for record in records}
    require(len(set(seeds.values())) == len(seeds), "each defect of a pipeline has a seed of its own")
    for record in records:
        drawn = [each for each in defects if (each.kind, each.severity) == (record["kind"], record["severity"])]
        require(bool(drawn), f"a record names the defect that drew it, got {record}")
        visible = min((each.min_visibility for each in drawn), default=0.0)
        require(record["contrast"] >= visible, f"contrast reaches min_visibility {visible}, got {record}")
        known = (record["box"] is not None, record["area"] is not None)
        require(known == 2 * (not moved_later,), f"box and area are None only if pixels move later, got {record}")
        if record["box"] is not None:
            require_box(record, image.shape[:2])


def check_labels(
    before: np.ndarray,
    after: np.ndarray,
    mask: np.ndarray,
    records: Sequence[dict[str, Any]],
    defects: Sequence[DefectTransform],
) -> None:
    """Check that earlier labels stay, or move with a warp, and that the defects are marked in empty pixels.

    Args:
        before: the caller's mask without defects, (H, W) or (H, W, C).
        after: the same with them.
        mask: (H, W), non-zero where a defect is.
        records: of the defects.
        defects: the transforms.
    """
    require_alike(after, before, "mask")
    marked = mask != 0
    old, new = (each.reshape(*marked.shape, -1) for each in (before, after))
    np.testing.assert_array_equal(new[~marked], old[~marked], "labels stay where there is no defect")
    require((new[marked] != 0).all(), "every pixel of a defect has a label")
    if not _warps(records):
        kept, soft = new[marked], any(each.mask_kind != "binary" for each in defects)
        stays = (old[marked] < 0) if soft else (old[marked] != 0)
        np.testing.assert_array_equal(kept[stays], old[marked][stays], "earlier labels stay")
        require((kept >= old[marked]).all() or not soft, "of soft values the greater one stays")


def require(holds: bool, rule: str) -> None:  # noqa: FBT001  a condition
    """Raise AssertionError with the text of a rule that does not hold, in `python -O` as well."""
    if not holds:
        raise AssertionError(rule)


def require_alike(value: np.ndarray, before: np.ndarray, name: str) -> None:
    """Require that a target keeps its shape and dtype."""
    kept = (value.shape, value.dtype) == (before.shape, before.dtype)
    require(kept, f"{name} keeps {before.shape} {before.dtype}, got {value.shape} {value.dtype}")


def require_box(record: dict[str, Any], size: tuple[int, ...]) -> None:
    """Require that the box of a record lies in an image of that (height, width) and that its area is positive."""
    x0, y0, x1, y1 = record["box"]
    inside = 0 <= x0 < x1 <= size[1] and 0 <= y0 < y1 <= size[0]
    require(inside and record["area"] > 0, f"box and area lie in the image of {size}, got {record}")


def _warps(records: Sequence[dict[str, Any]]) -> bool:
    return any(isinstance(decode(record["recipe"]), WarpRecipe) for record in records)


def _transformed(transforms: Sequence[Any], targets: dict[str, Any]) -> dict[str, Any]:
    moved: dict[str, Any] = A.Compose([*transforms], additional_targets=MASKS)(**targets) if transforms else targets
    return moved


def _drawn(transforms: Sequence[Any], inputs: dict[str, Any], seed: int) -> dict[str, Any]:
    composition = A.Compose(
        [*transforms], seed=seed, strict=True, additional_targets=MASKS if "roi" in inputs else None
    )
    drawn: dict[str, Any] = composition(**inputs)
    return drawn


def _copied(defect: DefectTransform) -> DefectTransform:
    return type(defect)(**defect.get_transform_init_args())
