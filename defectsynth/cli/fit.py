"""`defectsynth fit`: a preset from a few images with defects."""

from __future__ import annotations

import os
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from defectsynth.cli.errors import JobError, UsageError
from defectsynth.cli.job import check_file
from defectsynth.cli.layouts.mvtec import RESERVED
from defectsynth.cli.options import check_options
from defectsynth.cli.reading import list_images
from defectsynth.cli.writing import encode_png, write_whole
from defectsynth.core.parameters import Label
from defectsynth.fitting.fit import TYPE, Fit
from defectsynth.fitting.fit import fit as fit_defects
from defectsynth.fitting.saving import save_fit

GOOD = "good"  # folder of a test set that holds no defects


@dataclass(frozen=True)
class _Defect:
    name: str  # relative to --defects
    type: str
    partner: str | None  # its mask or pair, relative to --masks or --pairs


def fit(arguments: Namespace) -> int:
    """Fit, print the findings, and write the preset and its sheet; return the exit code."""
    began = time.monotonic()
    out: Path = arguments.out
    if out.suffix.lower() not in (".yaml", ".yml"):
        raise UsageError(f"--out must be a .yaml file, got {str(out)!r}")
    sheet: Path = arguments.sheet or out.with_suffix(".png")
    if sheet.suffix.lower() != ".png":
        raise UsageError(f"--sheet must be a .png file, got {str(sheet)!r}")
    inputs = {f"--{name}": getattr(arguments, name) for name in ("normals", "defects", "masks", "pairs")}
    check_file(out, name="--out", inputs=inputs)
    check_file(sheet, name="--sheet", inputs=inputs)
    normals = list_images(arguments.normals, name="--normals")
    defects = find_defects(arguments)
    check_options(arguments)
    bank = out.with_name(f"{out.stem}_defects") if arguments.real_share else None
    if bank is not None and not arguments.masks:
        raise UsageError("--real-share must go with --masks: real defects are cut out by their masks")
    try:
        found = fit_defects(
            [arguments.defects / each.name for each in defects],
            _partners(arguments.masks, defects),
            [arguments.normals / name for name in normals],
            types=[each.type for each in defects],
            pairs=_partners(arguments.pairs, defects),
            names=[each.name for each in defects],
            real_share=arguments.real_share,
            bank=bank,
            other_share=arguments.other_share,
            seed=arguments.seed,
            workers=arguments.workers,
            peak=arguments.peak,
        )
    except ValueError as error:
        raise JobError(str(error)) from error
    _write(found, arguments, defects, sheet)
    print(f"{out} and {sheet} from {len(defects)} defects, {time.monotonic() - began:.1f} s")
    print(f"defectsynth generate {arguments.normals} OUTPUT --preset {out}")
    return 0


def _write(found: Fit, arguments: Namespace, defects: Sequence[_Defect], sheet: Path) -> None:
    print(found)
    given = Path(os.path.abspath(arguments.defects))  # noqa: PTH100  a link to a category has its name
    category, prefix = _place(given)
    save_fit(found, arguments.out, images=[f"{prefix}{each.name}" for each in defects], category=category)
    write_whole(sheet, encode_png(found.sheet))


def _place(folder: Path) -> tuple[str, str]:
    """Return the category that CATEGORY/test or CATEGORY/test/TYPE names, and what comes before the names of images."""
    if folder.name == "test":
        return folder.parent.name, ""
    return (folder.parents[1].name, f"{folder.name}/") if folder.parent.name == "test" else ("", "")


def find_defects(arguments: Namespace) -> list[_Defect]:
    """Return the images with defects and their masks or pairs, by the folders that the command line names.

    Raises:
        UsageError: if a folder holds no image, or an image has no mask or pair.
    """
    if arguments.masks is not None and arguments.pairs is not None:
        raise UsageError("--masks must not be given together with --pairs")
    names = list_images(arguments.defects, name="--defects")
    option, folder = ("--pairs", arguments.pairs) if arguments.masks is None else ("--masks", arguments.masks)
    partners: dict[str, list[str]] = {}
    for name in () if folder is None else list_images(folder, name=option):
        partners.setdefault(_stem(name), []).append(name)
    owners: dict[str, str] = {}  # by stem, the image that its mask or pair belongs to
    found = []
    for name in names:
        parts = PurePosixPath(name).parts
        kind = parts[0] if len(parts) > 1 else TYPE
        if kind.casefold() == GOOD or (option == "--masks" and folder == arguments.defects and _is_mask(name, names)):
            continue
        stem = _stem(name)
        mine = [each for each in partners.get(stem, ()) if folder != arguments.defects or each != name]
        if folder is not None and len(mine) != 1:
            got = "none" if not mine else " and ".join(map(repr, mine))
            wanted = f"one file {stem} or {stem}_mask for {name!r}, with any suffix"
            raise UsageError(f"{option} must hold {wanted}, got {got}")
        owner = owners.setdefault(stem, name)
        if folder is not None and owner != name:
            raise UsageError(f"{option} must hold a file of its own for {name!r}, got {mine[0]!r}, which {owner!r} has")
        found.append(_Defect(name, _type_name(kind), mine[0] if mine else None))
    if not found:
        raise UsageError(f"--defects must hold images of defects, got none but good ones in {str(arguments.defects)!r}")
    return found


def _stem(name: str) -> str:
    path = PurePosixPath(name)
    return path.with_name(path.stem.removesuffix("_mask")).as_posix()


def _is_mask(name: str, names: Sequence[str]) -> bool:
    stems = {PurePosixPath(other).with_suffix("").as_posix() for other in names}
    return PurePosixPath(name).stem.endswith("_mask") and _stem(name) in stems


def _type_name(folder: str) -> str:
    """Return the name of a type from that of its folder, with which every layout can be written."""
    try:
        Label("name of a type").check("--defects", folder)
    except ValueError as error:
        raise UsageError(f"--defects must hold folders with the names of types: {error}") from error
    return f"{folder}_defects" if folder.lower() in RESERVED else folder


def _partners(folder: Path | None, defects: Sequence[_Defect]) -> list[Path] | None:
    """Return the files of the masks or pairs in a folder, None without a folder."""
    return None if folder is None else [folder / str(each.partner) for each in defects]
