"""Which part a defect takes: the one of a kind nearest to a place, or a chunk at the outline where there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.found_pieces import pieces_of, whole_object
from defectsynth.outlines import jagged
from defectsynth.piece import Piece
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.values import Pair, Part, between, choices, span

KINDS = ("lead", "mark", "body", "object", "chunk")
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Pieces(Part):
    """Which parts are taken.

    Args:
        part_kinds: lead (what sticks out), mark (what stands out on the surface), body (one of several pieces), object
            (all of it), chunk (a piece broken out at the outline); each draw takes a kind that is there, a chunk where
            none is.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
    """

    part_kinds: tuple[str, ...] = choices(("lead", "mark", "body"), *KINDS)
    chunk_range: Pair = span((0.04, 0.09), 0.0, 0.5, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, share: float, method: str) -> Piece:
        """Return the part nearest to a place, of a kind drawn; `share` of it, or a chunk so much smaller."""
        kind, size = rng.random(2).tolist()
        found = pieces_of(scene, method)
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


def _nearest(pieces: tuple[Piece, ...], scene: Scene, place: Place) -> Piece | None:
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


def another(rng: np.random.Generator, scene: Scene, piece: Piece, share: float) -> Piece | None:
    """Return another part of the same kind, the more alike in size the likelier, or None if there is none."""
    others = [
        each.outer(share)
        for each in pieces_of(scene, piece.method).get(piece.kind, ())
        if math.dist(each.tip, piece.tip) > 1.0
    ]
    if not others:
        return None
    unlike = np.abs(np.log([(each.extent + 1.0) / (piece.extent + 1.0) for each in others]))
    weight = np.exp(-4.0 * unlike)
    return replace(others[int(rng.choice(len(others), p=weight / weight.sum()))], method=piece.method)


def chunk(rng: np.random.Generator, scene: Scene, place: Place, radius: float, method: str) -> Piece:
    """Return an irregular piece at the outline nearest to a place; without background or an outline, at the place."""
    found = scene.foreground(method)
    x, y = place.x, place.y
    if not found.whole and not place.edge:
        x, y = nearest_edge(scene, place, method) or (x, y)
    outline = jagged(rng, x, y, radius)
    ground = "all" if found.whole else "background"
    turn = float(rng.uniform(0.0, 2 * math.pi)) if found.whole else away_from(scene, x, y, radius, method)
    reach = (radius * math.cos(turn), radius * math.sin(turn))
    return Piece("chunk", outline, (x - reach[0], y - reach[1]), (x + reach[0], y + reach[1]), ground, method)


def nearest_edge(scene: Scene, place: Place, method: str) -> Pair | None:
    """Return the point of the outline nearest to a place, none on the border of the picture or outside the region."""
    found = scene.foreground(method)
    edge = cv2.subtract(found.cells, cv2.erode(found.cells, _SQUARE))
    edge[[0, -1]] = 0
    edge[:, [0, -1]] = 0
    rows, columns = np.nonzero(edge > 0)
    x, y = (columns + 0.5) * found.step[0] - 0.5, (rows + 0.5) * found.step[1] - 0.5
    if scene.roi is not None:
        allowed = scene.roi[y.astype(np.intp), x.astype(np.intp)] > 0
        x, y = x[allowed], y[allowed]
    if x.size == 0:
        return None
    nearest = int(np.argmin((x - place.x) ** 2 + (y - place.y) ** 2))
    return float(x[nearest]), float(y[nearest])


def away_from(scene: Scene, x: float, y: float, radius: float, method: str) -> float:
    """Return the direction away from the object around a point on its outline, radians."""
    found = scene.foreground(method)
    reach_x, reach_y = radius / found.step[0] + 1.5, radius / found.step[1] + 1.5
    column, row = (x + 0.5) / found.step[0] - 0.5, (y + 0.5) / found.step[1] - 0.5
    top, left = max(0, round(row - reach_y)), max(0, round(column - reach_x))
    near = found.cells[top : round(row + reach_y) + 1, left : round(column + reach_x) + 1]
    rows, columns = np.nonzero(near > 0)
    if rows.size == 0:
        return 0.0
    return math.atan2(
        (row - top - float(rows.mean())) * found.step[1], (column - left - float(columns.mean())) * found.step[0]
    )
