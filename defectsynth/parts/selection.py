"""Which part a defect takes: the one of a kind nearest to a place, or a chunk at the outline where there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, choices, span
from defectsynth.functional.polygons import jagged_polygon
from defectsynth.parts.detection import find_parts, whole_object
from defectsynth.parts.part import ObjectPart
from defectsynth.scene.outline import nearest_outline_point, outward_direction
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

KINDS = ("lead", "mark", "body", "object", "chunk")


@dataclass(frozen=True)
class PartSelection(Component):
    """Which parts are taken.

    Args:
        part_kinds: lead (what sticks out), mark (what stands out on the surface), body (one of several pieces), object
            (all of it), chunk (a piece broken out at the outline); each draw takes a kind that is there, a chunk where
            none is.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
    """

    part_kinds: tuple[str, ...] = choices(("lead", "mark", "body"), *KINDS)
    chunk_range: Pair = span((0.04, 0.09), 0.0, 0.5, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, share: float, method: str) -> ObjectPart:
        """Return the part nearest to a place, of a kind drawn; `share` of it, or a chunk so much smaller."""
        kind, size = rng.random(2).tolist()
        found = find_parts(scene, method)
        everything = whole_object(scene, method) if "object" in self.part_kinds else None
        if everything is not None:
            found = {**found, "object": (everything,)}
        there = [wanted for wanted in KINDS if wanted in self.part_kinds and (wanted in found or wanted == "chunk")]
        chosen = there[int(kind * len(there))] if there else "chunk"
        nearest = None if chosen == "chunk" else _nearest(found[chosen], scene, place)
        if nearest is None:
            radius = max(between(self.chunk_range, size) * scene.side * share, 1.5)
            return chunk(rng, scene, place, radius, method)
        return replace(nearest, method=method).outer(share)


def _nearest(pieces: tuple[ObjectPart, ...], scene: Scene, place: Place) -> ObjectPart | None:
    """Return the part nearest to a place whose middle lies in the region of interest."""
    best, least = None, math.inf
    for piece in pieces:
        x, y = piece.centre
        row, column = min(max(round(y), 0), scene.size[0] - 1), min(max(round(x), 0), scene.size[1] - 1)
        if scene.roi is None or scene.roi[row, column]:
            distance = math.hypot(x - place.x, y - place.y)
            if distance < least:
                best, least = piece, distance
    return best


def another(rng: np.random.Generator, scene: Scene, piece: ObjectPart, share: float) -> ObjectPart | None:
    """Return another part of the same kind, the more alike in size the likelier, or None if there is none."""
    others = [
        each.outer(share)
        for each in find_parts(scene, piece.method).get(piece.kind, ())
        if math.dist(each.tip, piece.tip) > 1.0
    ]
    if not others:
        return None
    unlike = np.abs(np.log([(each.extent + 1.0) / (piece.extent + 1.0) for each in others]))
    weight = np.exp(-4.0 * unlike)
    return replace(others[int(rng.choice(len(others), p=weight / weight.sum()))], method=piece.method)


def chunk(rng: np.random.Generator, scene: Scene, place: Place, radius: float, method: str) -> ObjectPart:
    """Return an irregular piece at the outline nearest to a place; without background or an outline, at the place."""
    found = scene.foreground(method)
    x, y = place.x, place.y
    if not found.whole and not place.edge:
        x, y = nearest_outline_point(scene, place, method) or (x, y)
    outline = jagged_polygon(rng, x, y, radius)
    ground = "all" if found.whole else "background"
    turn = float(rng.uniform(0.0, 2 * math.pi)) if found.whole else outward_direction(scene, x, y, radius, method)
    reach = (radius * math.cos(turn), radius * math.sin(turn))
    return ObjectPart("chunk", outline, (x - reach[0], y - reach[1]), (x + reach[0], y + reach[1]), ground, method)
