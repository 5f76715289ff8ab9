"""What a finished run says about other images: scores, decisions and heat maps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.benchmark.artifacts import load_detector, upsampled
from eval.benchmark.experiment import untrained
from eval.benchmark.results import read_results
from eval.data.images import load_image

_WARM = 0.5  # share of the heat in the picture


def write_predictions(folder: Path, images: list[Path], out: Path) -> bool:
    """Score images, print a line for each, and write predictions.json, and unless whole images are scored heat maps.

    Args:
        folder: of a finished run.
        images: files.
        out: folder to write to.

    Returns:
        Whether all images could be read; those that could not are named on stderr and left out.
    """
    results = read_results(folder)
    settings = results.settings
    detector = load_detector(folder, results, start=untrained(settings))
    threshold = detector.bank.threshold
    out.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    for number, path in enumerate(images):
        try:
            image = load_image(path, size=results.shape)
        except ValueError as error:
            sys.stderr.write(f"eval: {error}\n")
            continue
        map_, _, _ = detector.scores([image])
        score = float(map_.max())
        entry: dict[str, Any] = {"path": str(path), "score": score, "defective": score > threshold}
        if settings.localises:
            taken = {entry["heat_map"] for entry in entries}
            name = f"{path.stem}_heat.png"
            entry["heat_map"] = f"{path.stem}_{number}_heat.png" if name in taken else name
            heat = upsampled(map_, size=results.shape)[0] / threshold
            _, encoded = cv2.imencode(".png", heat_picture(image, heat))
            (out / entry["heat_map"]).write_bytes(encoded.tobytes())
        entries.append(entry)
        word = "defective" if entry["defective"] else "good"
        sys.stdout.write(f"{path}: {word}, score {score:.4f} (defective above {threshold:.4f})\n")
    summary = {"model": str(folder), "threshold": threshold, "held_out": detector.bank.held_out, "images": entries}
    (out / "predictions.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return len(entries) == len(images)


def heat_picture(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Heat laid over an image, in BGR: green where it equals the threshold (1), red from twice that on."""
    colours = cv2.applyColorMap(np.clip(heat * 127.5, 0, 255).astype(np.uint8), cv2.COLORMAP_JET)
    plain = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return np.asarray(cv2.addWeighted(colours, _WARM, plain, 1 - _WARM, 0))
