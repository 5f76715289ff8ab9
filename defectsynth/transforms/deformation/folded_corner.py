"""Corners folded over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, split_channels
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import FRACTION, Component, Pair, between, radians_between, span, visible_share
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.engine.transform import DefectTransform
from defectsynth.functional.membrane import membrane
from defectsynth.functional.noise import NoiseSeed
from defectsynth.recipes.base import Recipe
from defectsynth.scene.corners import Corner, find_corners, fitting_fold, nearest_corner
from defectsynth.scene.outline import nearest_outline_point, outward_direction
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

CORNER_REACH = 0.5  # greatest distance from a place to the corner that is folded, fraction of min(H, W)
HALO = 0.012  # width of the blurred rim of the object that goes with the corner, fraction of min(H, W)
GLINT_SHARE = 0.8  # noise above which the flank glints
GRAZING = 0.5  # brightness of the flank at the fold relative to its outer end
GRAIN = 0.4  # change of the flank's brightness by noise
NOISE_OCTAVES = 4
TILE_DEPTHS = 3.0  # side of a tile of noise, in depths


@dataclass(frozen=True)
class CornerFold(Component):
    """A fold across a corner, and the flank behind it.

    Args:
        depth_range: distance of the fold from the corner, in [0, 0.5], fraction of min(H, W).
        tilt_range: angle between the fold and the base of the corner, in [-60, 60], degrees.
        flank_range: length of the flank that shows beyond the fold, in [0, 1.2], fraction of the depth.
        shade_range: brightness of the flank relative to the surface, in [0, 1].
        glint_range: brightness of glints on the flank, in [0, 1].
        edge_range: brightness of the lit edge along the fold, in [0, 1].
    """

    depth_range: Pair = span((0.05, 0.14), 0.0, 0.5, FRACTION)
    tilt_range: Pair = span((-30.0, 30.0), -60.0, 60.0, "degrees")
    flank_range: Pair = span((0.35, 1.0), 0.0, 1.2, "fraction of the depth")
    shade_range: Pair = span((0.3, 0.75), 0.0, 1.0, "brightness relative to the surface")
    glint_range: Pair = span((0.0, 0.35), 0.0, 1.0, "brightness")
    edge_range: Pair = span((0.0, 0.15), 0.0, 1.0, "brightness")


@dataclass(frozen=True)
class FoldedCornerRecipe(Recipe):
    """A corner folded over; lengths in pixels, angles in radians.

    Attributes:
        x, y: a point on the fold.
        outwards: direction from the fold to the corner.
        depth: distance of the fold from the corner.
        width, height: greatest distance of the corner from the point along the fold, and from the fold.
        flank: length of the flank beyond the fold, fraction of the corner's.
        skew: sideways shift of the flank per pixel outwards.
        shade: brightness of the flank relative to the surface.
        glint: brightness of its glints.
        edge: brightness of the edge along the fold.
        halo: width of the blurred rim of the object.
        noise: seed of the glints.
        foreground: method that finds the object.
    """

    x: float
    y: float
    outwards: float
    depth: float
    width: float
    height: float
    flank: float
    skew: float
    shade: float
    glint: float
    edge: float
    halo: float
    noise: NoiseSeed
    foreground: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Replace the corner with background, and draw its flank beyond the fold."""
        box = self._box(scene.size)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        surface, inside = pixels_to_float(before, scene.peak), scene.object_mask(box, self.foreground)
        out = self._distance(box)
        corner = self._corner(inside, out)
        rim = 2 * math.ceil(self.halo) + 1
        known = cv2.bitwise_not(cv2.dilate(inside, np.ones((rim, rim), np.uint8))).reshape(box.shape)
        if not cv2.countNonZero(corner) or not cv2.countNonZero(known):
            return None
        background = membrane(surface, (known > 0).astype(np.float32))
        gone = cv2.blur(cv2.dilate(corner, np.ones((rim, rim), np.uint8)), (rim, rim)).reshape(box.shape)
        beyond = np.clip(out + np.float32(0.5), 0.0, 1.0)
        removed = np.minimum(gone.astype(np.float32) * np.float32(2.0 / 255.0), 1.0) * beyond
        after = surface + (background - surface) * removed[..., None]
        lit = np.exp(-((out * np.float32(1.0 / max(0.6 * self.halo, 1.0))) ** 2)) * (1.0 - beyond) * (inside > 0)
        near = cv2.dilate(corner, np.ones((rim, rim), np.uint8)).reshape(box.shape) > 0
        after += (lit * near * np.float32(self.edge))[..., None]
        self._add_flank(after, surface, corner, out)
        pixels = float_to_pixels(after, before, scene.peak)
        return make_patch(before, pixels, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))

    def _box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box of the corner and of some background around it, clipped to the image."""
        rim = 3.0 * self.halo + 3.0
        cos, sin = math.cos(self.outwards), math.sin(self.outwards)
        corners = [
            (self.x + out * cos - along * sin, self.y + out * sin + along * cos)
            for along in (-self.width - rim, self.width + rim)
            for out in (-rim, self.height + rim)
        ]
        x, y = zip(*corners, strict=True)
        return clip_box(min(x), min(y), max(x), max(y), size=size)

    def _distance(self, box: Box) -> Floats:
        """Return the distances of the pixels of a box from the fold, positive outwards, float32 (h, w)."""
        cos, sin = np.float32(math.cos(self.outwards)), np.float32(math.sin(self.outwards))
        right = np.arange(box.x0, box.x1, dtype=np.float32)[None] - np.float32(self.x)
        down = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - np.float32(self.y)
        return right * cos + down * sin

    def _corner(self, inside: Bytes, out: Floats) -> Bytes:
        """Return the pixels of the object beyond the fold that hang together with it, uint8 (h, w), 255 there."""
        beyond = cv2.bitwise_and(inside, np.negative((out > 0.0).view(np.uint8)))
        labels = cv2.connectedComponents(beyond)[1].reshape(inside.shape)
        near = labels[(np.abs(out - np.float32(0.5 * self.depth)) < 0.5 * self.depth + 1.0) & (labels > 0)]
        if not near.size:
            return np.zeros_like(inside)
        return np.negative((labels == int(np.bincount(near).argmax())).view(np.uint8))

    def _add_flank(self, after: Floats, surface: Floats, corner: Bytes, out: Floats) -> None:
        """Draw the flank of the corner, foreshortened and in the shade, in place."""
        if self.flank <= 0.0:
            return
        x, y, width, height = cv2.boundingRect(corner)
        rim = math.ceil(abs(self.skew) * self.height) + 2
        x0, y0 = max(0, x - rim), max(0, y - rim)
        near = slice(y0, y + height + rim), slice(x0, x + width + rim)
        out, part = out[near], after[near]
        cos, sin = np.float32(math.cos(self.outwards)), np.float32(math.sin(self.outwards))
        beyond = np.maximum(out, 0.0)
        stretch, shift = beyond * np.float32(1.0 / self.flank - 1.0), beyond * np.float32(self.skew)
        map_x = np.arange(x0, x0 + out.shape[1], dtype=np.float32)[None] + stretch * cos - shift * sin
        map_y = np.arange(y0, y0 + out.shape[0], dtype=np.float32)[:, None] + stretch * sin + shift * cos
        planes = split_channels(surface)
        moved = [cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in planes]
        cover = cv2.blur(cv2.remap(corner, map_x, map_y, cv2.INTER_LINEAR), (3, 3)).reshape(out.shape)
        alpha = cover * np.float32(1.0 / 255.0) * np.clip(out - np.float32(0.5), 0.0, 1.0)
        rise = np.minimum(beyond * np.float32(1.0 / max(self.flank * self.depth, 1.0)), 1.0)
        side = max(round(TILE_DEPTHS * self.depth), 8)
        noise = self.noise.tiled(out.shape, side=side, octaves=NOISE_OCTAVES, gain=0.9)
        gain = np.float32(GRAZING) + np.float32(1.0 - GRAZING) * rise
        gain *= np.float32(self.shade) * (1.0 + np.float32(GRAIN) * noise)
        glints = np.maximum(noise - np.float32(GLINT_SHARE), 0.0) * np.float32(self.glint) * rise
        for channel, plane in enumerate(moved):
            part[..., channel] += (plane.reshape(out.shape) * gain + glints - part[..., channel]) * alpha


class FoldedCorner(DefectTransform):
    """A folded corner: a prong, tooth, tab or corner of the part is bent over, and its dark flank shows.

    Lands on the corner of the object nearest to a place on its outline by default, else on the outline itself. The
    corner ends in a straight fold. Beyond it the background shows, and before it the foreshortened flank, which gets
    little light. The mask marks the corner that is gone and its flank.

    ![folded_corner](tests/golden/folded_corner.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        depth_range: distance of the fold from the corner, in [0, 0.5], fraction of min(H, W).
        tilt_range: angle between the fold and the base of the corner, in [-60, 60], degrees.
        flank_range: length of the flank that shows beyond the fold, in [0, 1.2], fraction of the depth.
        shade_range: brightness of the flank relative to the surface, in [0, 1].
        glint_range: brightness of glints on the flank, in [0, 1].
        edge_range: brightness of the lit edge along the fold, in [0, 1].
        common: see `DefectTransform`; `where` defaults to "edge".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FoldedCorner, synthesize
        >>> plate = np.full((128, 128), 20, np.uint8)
        >>> plate[30:100, 30:100] = 200
        >>> sample = synthesize(plate, FoldedCorner(), seed=0)
        >>> bool(sample.image[sample.mask > 0].mean() < plate[sample.mask > 0].mean())  # the corner is gone
        True
    """

    kind: ClassVar[str] = "folded_corner"

    def __init__(
        self,
        *,
        depth_range: Pair = (0.05, 0.14),
        tilt_range: Pair = (-30.0, 30.0),
        flank_range: Pair = (0.35, 1.0),
        shade_range: Pair = (0.3, 0.75),
        glint_range: Pair = (0.0, 0.35),
        edge_range: Pair = (0.0, 0.15),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "edge")
        super().__init__(**common)
        self.fold = CornerFold(
            depth_range=depth_range,
            tilt_range=tilt_range,
            flank_range=flank_range,
            shade_range=shade_range,
            glint_range=glint_range,
            edge_range=edge_range,
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The fold and where components."""
        return self.fold, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> FoldedCornerRecipe | None:
        """Draw a place, the corner near it and a fold."""
        method, side = self.where.foreground, scene.side
        found = scene.foreground(method)
        place = None if found.whole else self.where.sample(rng, scene)
        if place is None:
            return None
        depth, tilt, flank, skew, shade, glint, edge = rng.random(7).tolist()
        fold, corner = self.fold, nearest_corner(find_corners(found), place, CORNER_REACH * side)
        far = max(between(fold.depth_range, depth) * side * visible_share(self.severity), 1.0)
        turned = corner is not None
        if corner is None:
            point = nearest_outline_point(scene, place, method)
            if point is None:
                return None
            corner = Corner(*point, outward_direction(scene, *point, 0.05 * side, method))
        turn = radians_between(fold.tilt_range, tilt)
        line = fitting_fold(found, corner, far, turn, turned=turned)
        if line is None:
            return None
        return FoldedCornerRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            x=line.x,
            y=line.y,
            outwards=line.outwards,
            depth=line.depth,
            width=line.width,
            height=line.height,
            flank=between(fold.flank_range, flank),
            skew=0.8 * (skew - 0.5),
            shade=between(fold.shade_range, shade),
            glint=between(fold.glint_range, glint),
            edge=between(fold.edge_range, edge),
            halo=HALO * side,
            noise=NoiseSeed.sample(rng),
            foreground=method,
        )
