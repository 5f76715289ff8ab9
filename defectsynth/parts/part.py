"""One part of what is seen: its outline, its ends, what lies around it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import Pair
from defectsynth.core.serialization import Value
from defectsynth.functional.polygons import Outline, clip_polygon

HALO, SHADOW = 0.008, 0.045  # ground beside a part, and beside a whole object, that goes with it: fraction of min(H, W)


@dataclass(frozen=True)
class ObjectPart(Value):
    """One part of what is seen; lengths in pixels.

    Attributes:
        kind: lead, mark, body, chunk or object.
        outline: its corners, generous by about a cell of the small grid where the object's own outline bounds it.
        root: where it hangs on the rest; of a part that hangs nowhere, one end.
        tip: its far end.
        ground: what lies around: background, object, or all where the picture has no background.
        method: how the object is found.
    """

    kind: str
    outline: Outline
    root: Pair
    tip: Pair
    ground: str
    method: str

    def box(self, size: tuple[int, int], *, pad: float) -> Box | None:
        """Return the pixels within `pad` of its bounding box."""
        x, y = zip(*self.outline, strict=True)
        return clip_box(min(x) - pad, min(y) - pad, max(x) + pad, max(y) + pad, size=size)

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
        """Return the `share` of it farthest from its root, measured from root to tip; `slant` turns the cut."""
        if share >= 1.0:
            return self
        cut = (
            self.root[0] + (1.0 - share) * (self.tip[0] - self.root[0]),
            self.root[1] + (1.0 - share) * (self.tip[1] - self.root[1]),
        )
        direction = (math.cos(self.angle + slant), math.sin(self.angle + slant))
        outline = clip_polygon(self.outline, cut, direction)
        return replace(self, outline=outline, root=cut) if len(outline) >= 3 else self
