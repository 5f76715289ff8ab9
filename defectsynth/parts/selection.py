"""Selection of the part that a defect affects: the nearest of a kind, or a chunk at the outline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, choices, span
from defectsynth.functional.polygons import jagged_polygon
from defectsynth.parts.detection import parts_of_kind, whole_object
from defectsynth.parts.part import ObjectPart
from defectsynth.scene.outline import nearest_outline_point, outward_direction
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

KINDS = ("lead", "mark", "body", "object", "chunk")
MIN_CHUNK_RADIUS = 1.5  # pixels
SIZE_PREFERENCE = 4.0  # decay of the probability of another part with the logarithm of the ratio of sizes


@dataclass(frozen=True)
class PartSelection(Component):
    """Kinds of parts that a defect affects.

    Args:
        part_kinds: lead (sticks out), mark (print, hole or insert on the surface), body (one of several components),
            object (all of it), chunk (a fragment at the outline); each draw takes a kind that the image shows, a chunk
            if it shows none.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
    """

    part_kinds: tuple[str, ...] = choices(("lead", "mark", "body"), *KINDS)
    chunk_range: Pair = span((0.04, 0.09), 0.0, 0.5, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, share: float, method: str) -> ObjectPart:
        """Draw a kind and return the part of it nearest to a place.

        Args:
            rng: the source of randomness.
            scene: the image.
            place: where to look for the part.
            share: share of its length, from the tip, that is returned; a chunk has that share of its radius.
            method: foreground method that detects the object.
        """
        kind, size = rng.random(2).tolist()
        parts = {wanted: _parts_of(scene, method, wanted) for wanted in KINDS if wanted in self.part_kinds}
        available = [wanted for wanted, found in parts.items() if found or wanted == "chunk"]
        chosen = available[int(kind * len(available))] if available else "chunk"
        nearest = None if chosen == "chunk" else _nearest(parts[chosen], scene, place)
        if nearest is None:
            radius = max(between(self.chunk_range, size) * scene.side * share, MIN_CHUNK_RADIUS)
            return sample_chunk(rng, scene, place, radius, method)
        return replace(nearest, method=method).outer(share)


def _parts_of(scene: Scene, method: str, kind: str) -> tuple[ObjectPart, ...]:
    """Return the parts of a kind that an image shows; chunks are none of them."""
    if kind == "object":
        everything = whole_object(scene, method)
        return () if everything is None else (everything,)
    return () if kind == "chunk" else parts_of_kind(scene.foreground(method), kind)


def sample_similar(rng: np.random.Generator, scene: Scene, part: ObjectPart, share: float) -> ObjectPart | None:
    """Draw another part of the same kind, preferably of similar size; None if there is no other.

    Args:
        rng: the source of randomness.
        scene: the image.
        part: the first part.
        share: share of its length, from the tip, that is returned.
    """
    others = [
        other.outer(share)
        for other in parts_of_kind(scene.foreground(part.method), part.kind)
        if math.dist(other.tip, part.tip) > 1.0
    ]
    if not others:
        return None
    ratio = np.abs(np.log([(other.extent + 1.0) / (part.extent + 1.0) for other in others]))
    weight = np.exp(-SIZE_PREFERENCE * ratio)
    return replace(others[int(rng.choice(len(others), p=weight / weight.sum()))], method=part.method)


def sample_chunk(rng: np.random.Generator, scene: Scene, place: Place, radius: float, method: str) -> ObjectPart:
    """Draw an irregular fragment at the object's outline nearest to a place; at the place if there is no outline.

    Args:
        rng: the source of randomness.
        scene: the image.
        place: where the fragment lies.
        radius: in pixels.
        method: foreground method that detects the object.
    """
    found = scene.foreground(method)
    x, y = place.x, place.y
    if not found.whole and not place.edge:
        x, y = nearest_outline_point(scene, place, method) or (x, y)
    outline = jagged_polygon(rng, x, y, radius)
    ground = "all" if found.whole else "background"
    angle = float(rng.uniform(0.0, 2 * math.pi)) if found.whole else outward_direction(scene, x, y, radius, method)
    dx, dy = radius * math.cos(angle), radius * math.sin(angle)
    return ObjectPart("chunk", outline, (x - dx, y - dy), (x + dx, y + dy), ground, method)


def _nearest(parts: tuple[ObjectPart, ...], scene: Scene, place: Place) -> ObjectPart | None:
    """Return the part nearest to a place, of those whose centre lies in the region of interest."""
    nearest, least = None, math.inf
    for part in parts:
        x, y = part.centre
        row, column = min(max(round(y), 0), scene.size[0] - 1), min(max(round(x), 0), scene.size[1] - 1)
        if scene.roi is None or scene.roi[row, column]:
            distance = math.hypot(x - place.x, y - place.y)
            if distance < least:
                nearest, least = part, distance
    return nearest
