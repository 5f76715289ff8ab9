"""One part of the object in an image: its outline, its ends and the ground around it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import Pair
from defectsynth.core.serialization import Value
from defectsynth.functional.polygons import Outline, clip_polygon

HALO = 0.008  # width of the ground that is removed together with a part, fraction of min(H, W)
SHADOW_MARGIN = 0.045  # the same around a whole object, wide enough for its shadow


@dataclass(frozen=True)
class ObjectPart(Value):
    """One part of an object; lengths in pixels.

    Attributes:
        kind: lead, mark, body, chunk or object.
        outline: its corners; at the object's own outline they lie about one cell of the small copy outside it.
        root: the end by which it is attached to the rest; of an unattached part, one of its ends.
        tip: the opposite end.
        ground: the surface around it: background, object, or all where the image has no background.
        method: foreground method that detected the object.
    """

    kind: str
    outline: Outline
    root: Pair
    tip: Pair
    ground: str
    method: str

    def box(self, size: tuple[int, int], *, pad: float) -> Box | None:
        """Return its bounding box grown by `pad` pixels and clipped to an image of (height, width)."""
        x, y = zip(*self.outline, strict=True)
        return clip_box(min(x) - pad, min(y) - pad, max(x) + pad, max(y) + pad, size=size)

    def halo(self, side: int) -> float:
        """Return the width in pixels of the ground that is removed with it; `side` is min(H, W)."""
        return max(2.0, (SHADOW_MARGIN if self.kind == "object" else HALO) * side)

    def padding(self, side: int) -> float:
        """Return the distance in pixels up to which its surroundings are used; `side` is min(H, W)."""
        if self.kind == "object":  # its outline includes its halo
            return max(5.0, self.halo(side))
        return max(5.0, 2.0 * self.halo(side), 0.15 * self.extent)

    def margin(self, side: int) -> float:
        """Return the width in pixels of the ground inside its outline; `side` is min(H, W)."""
        return self.halo(side) if self.kind == "object" else 0.0

    @property
    def extent(self) -> float:
        """The longer side of its bounding box."""
        x, y = zip(*self.outline, strict=True)
        return max(max(x) - min(x), max(y) - min(y))

    @property
    def angle(self) -> float:
        """The direction from root to tip in radians."""
        return math.atan2(self.tip[1] - self.root[1], self.tip[0] - self.root[0])

    @property
    def centre(self) -> Pair:
        """The mean of its corners."""
        x, y = zip(*self.outline, strict=True)
        return sum(x) / len(x), sum(y) / len(y)

    def outer(self, share: float, *, slant: float = 0.0) -> ObjectPart:
        """Return the `share` of its length nearest to the tip; `slant` turns the cut, in radians."""
        if share >= 1.0:
            return self
        cut = (
            self.root[0] + (1.0 - share) * (self.tip[0] - self.root[0]),
            self.root[1] + (1.0 - share) * (self.tip[1] - self.root[1]),
        )
        direction = (math.cos(self.angle + slant), math.sin(self.angle + slant))
        outline = clip_polygon(self.outline, cut, direction)
        return replace(self, outline=outline, root=cut) if len(outline) >= 3 else self
