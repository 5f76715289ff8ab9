"""Bent threads and shifted patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.core.parameters import Pair
from defectsynth.fields.thread_push import ThreadPush
from defectsynth.transforms.warped import ReliefDefect, Shading

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class BentThread(ReliefDefect):
    """A bent thread: a stretch of thread or wire is pushed aside, and its neighbours crowd and gape.

    Lands anywhere by default and follows the local direction of the surface (either one of a weave). The pixels are
    displaced by a smooth field that never folds over itself, and lightly shaded. The mask marks the visibly changed
    pixels.

    ![bent_thread](tests/golden/bent_thread.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        amount_range: displacement, in [0, 2], fraction of the distance from thread to thread.
        length_range: length of the displaced stretch, in [0, 2], fraction of min(H, W).
        width_range: number of threads that move, half of them on each side, in [0, 20].
        contrast_range: greatest change of brightness, in [0, 1].
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import BentThread, synthesize
        >>> weave = np.tile(np.uint8([[90, 180, 180, 90], [60, 170, 120, 90]]), (48, 24))
        >>> synthesize(weave, BentThread(), seed=0).defects[0]["kind"]
        'bent_thread'
    """

    kind: ClassVar[str] = "bent_thread"

    def __init__(
        self,
        *,
        amount_range: Pair = (0.5, 1.0),
        length_range: Pair = (0.08, 0.25),
        width_range: Pair = (2.0, 4.0),
        contrast_range: Pair = (0.06, 0.15),
        **common: Unpack[Common],
    ) -> None:
        field = ThreadPush(
            direction="aside", amount_range=amount_range, length_range=length_range, width_range=width_range
        )
        shading = Shading(contrast_range=contrast_range, crease_range=(0.0, 0.0))
        common.setdefault("where", "anywhere")
        super().__init__(field, shading, hollow=False, **common)


class PatternShift(ReliefDefect):
    """A shifted pattern: some threads, tiles or stripes have slipped along their own direction.

    Lands anywhere by default and follows the local direction of the surface (either one of a weave). The pixels are
    displaced by a smooth field that never folds over itself, and lightly shaded. The mask marks the visibly changed
    pixels.

    ![pattern_shift](tests/golden/pattern_shift.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        amount_range: displacement, in [0, 2], fraction of the distance from thread to thread.
        length_range: length of the displaced stretch, in [0, 2], fraction of min(H, W).
        width_range: number of threads that move, half of them on each side, in [0, 20].
        contrast_range: greatest change of brightness, in [0, 1].
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import PatternShift, synthesize
        >>> weave = np.tile(np.uint8([[90, 180, 180, 90], [60, 170, 120, 90]]), (48, 24))
        >>> synthesize(weave, PatternShift(), seed=0).defects[0]["kind"]
        'pattern_shift'
    """

    kind: ClassVar[str] = "pattern_shift"

    def __init__(
        self,
        *,
        amount_range: Pair = (0.6, 1.4),
        length_range: Pair = (0.1, 0.3),
        width_range: Pair = (3.0, 8.0),
        contrast_range: Pair = (0.06, 0.15),
        **common: Unpack[Common],
    ) -> None:
        field = ThreadPush(
            direction="along", amount_range=amount_range, length_range=length_range, width_range=width_range
        )
        shading = Shading(contrast_range=contrast_range, crease_range=(0.0, 0.0))
        common.setdefault("where", "anywhere")
        super().__init__(field, shading, hollow=False, **common)
