"""Apply the model of a finished run to other images: scores, decisions and heat maps."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from defectsynth.core.images import CAMERA_PEAKS, WhiteLevelWarning
from eval.benchmark.artifacts import load_detector
from eval.benchmark.prediction_journal import PredictionJournal
from eval.benchmark.results import read_results
from eval.data.images import FULL_PEAK, fit_image, read_image_file
from eval.files import free_name, write_json, write_png
from eval.scoring.calibration import Calibration
from eval.scoring.fusion import resized

_HEAT_OPACITY = 0.5


def write_predictions(
    folder: Path, images: list[Path], out: Path, *, peak: float | None = None, false_positives: float | None = None
) -> bool:
    """Score images, print a line for each, and write predictions.json and, if patches are scored, heat maps.

    If it is interrupted, the next call with the same arguments goes on with the images that are not done yet.

    Args:
        folder: folder of a finished run.
        images: image files.
        out: folder of the files that are written.
        peak: white level of 16-bit files; None for that of the run.
        false_positives: bound on the share of false positives; None for that of the run.

    Returns:
        False if an image could not be read; it is named on stderr and left out.

    Raises:
        OSError, ValueError: if a file of the run is missing or broken, or a file cannot be written.
    """
    results = read_results(folder)
    detector = load_detector(folder, results)
    calibration = detector.calibration
    if false_positives is not None:
        calibration = calibration.with_bound(false_positives)
    level, warned = peak or results.peak or FULL_PEAK, False
    journal = PredictionJournal(out, {**_summary(folder, calibration, []), "finished": results.finished, "peak": level})
    entries = {path: entry for path in images if (entry := journal.find(path))}
    taken = {entry["heat_map"] for entry in entries.values() if "heat_map" in entry}
    detector.bank.expect(len(images) - len(entries))
    try:
        for path in images:
            if path in entries:
                sys.stdout.write(_line(entries[path], calibration.threshold))
                continue
            try:
                pixels = read_image_file(path, "image")
            except ValueError as error:
                sys.stderr.write(f"eval: {error}\n")
                continue
            if not warned and peak is None and level == FULL_PEAK:
                warned = _warn_of_level(path, pixels)
            image = fit_image(pixels, size=results.shape, peak=level)
            scores, _, _ = detector.scores([image])
            entry = _entry(path, float(scores.max()), calibration)
            if results.settings.localises:
                entry["heat_map"] = free_name(path.stem, "_heat.png", taken)
                taken.add(entry["heat_map"])
                heat = resized(scores, results.shape)[0] / calibration.threshold
                write_png(out / entry["heat_map"], draw_heat_map(image, heat))
            entries[path] = entry
            journal.add(path, entry)
            sys.stdout.write(_line(entry, calibration.threshold))
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{len(entries)} of {len(images)} images are done; run the same command again to finish")
        raise
    ordered = [entries[path] for path in images if path in entries]
    write_json(out / "predictions.json", _summary(folder, calibration, ordered))
    journal.finish()
    return len(ordered) == len(images)


def _warn_of_level(path: Path, pixels: NDArray[Any]) -> bool:
    """Warn of an image that may have a lower white level than 16 bits, and return whether it may."""
    brightest = int(pixels.max())
    if pixels.dtype != np.uint16 or brightest > CAMERA_PEAKS[-2]:
        return False
    warnings.warn(
        f"{path} has 16 bits but no pixel above {brightest}; it is read with a white level of {FULL_PEAK:g}, as the "
        "run had no lower one: give --peak if the camera has fewer bits",
        WhiteLevelWarning,
        stacklevel=3,
    )
    return True


def _entry(path: Path, score: float, calibration: Calibration) -> dict[str, Any]:
    """Return the decision on an image as plain data."""
    probability = _rounded(calibration.probability(score))
    return {
        "path": str(path),
        "score": score,
        "defective": score > calibration.threshold,
        "probability": probability,
    }


def _line(entry: dict[str, Any], threshold: float) -> str:
    """Return the decision on an image as a line of text."""
    word = "defective" if entry["defective"] else "good"
    chance = "" if entry["probability"] is None else f", probability {entry['probability']:.3f}"
    return f"{entry['path']}: {word}{chance}, score {entry['score']:.4f} (defective above {threshold:.4f})\n"


def _summary(folder: Path, calibration: Calibration, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return predictions.json."""
    return {
        "model": str(folder),
        "threshold": calibration.threshold,
        "probability_at_threshold": _rounded(calibration.probability(calibration.threshold)),
        "false_positives": calibration.false_positives,
        "held_out": len(calibration.normals),
        "twins": len(calibration.twins),
        "images": entries,
    }


def _rounded(probability: float | None) -> float | None:
    return None if probability is None else round(probability, 4)


def draw_heat_map(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return an image in BGR with a heat map over it: green at the threshold (1), red at twice the threshold."""
    colors = cv2.applyColorMap(np.clip(heat * 127.5, 0, 255).astype(np.uint8), cv2.COLORMAP_JET)
    plain = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return np.asarray(cv2.addWeighted(colors, _HEAT_OPACITY, plain, 1 - _HEAT_OPACITY, 0))
