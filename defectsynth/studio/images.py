"""Images of a folder, decoded when they are shown."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from defectsynth.cli.preview import spread
from defectsynth.cli.reading import list_images, match_rois
from defectsynth.core.arrays import Array, Bytes
from defectsynth.io.image_files import UnreadableError, read_image
from defectsynth.io.masks import read_mask

KEPT = 48  # decoded images


class ImageFolder:
    """The images of a folder, and the masks of another one.

    Args:
        folder: of images, nested folders included; no file outside of it is opened.
        masks: folder with masks of the same relative paths; None for no masks.
        name: of the argument in errors.

    Raises:
        UsageError: if a folder is none, or holds no image.
    """

    def __init__(self, folder: Path, masks: Path | None = None, *, name: str = "FOLDER") -> None:
        self.folder = folder
        self.names: tuple[str, ...] = list_images(folder, name=name)
        self._masks = masks
        matched = match_rois(self.names, list_images(masks, name="--masks")) if masks else ((),) * len(self.names)
        self._mask_names = dict(zip(self.names, matched, strict=True))
        self.image = lru_cache(maxsize=KEPT)(self._image)

    def spread(self, count: int) -> list[str]:
        """Return up to `count` names, spread evenly over the folder."""
        return [self.names[number] for number in spread(len(self.names), min(count, len(self.names)))]

    def _image(self, name: str) -> Array:
        """Return an image, (H, W) or (H, W, 3), uint8 or uint16.

        Raises:
            UnreadableError: if it is none of the folder, or cannot be read.
        """
        if name not in self._mask_names:
            raise UnreadableError(f"{name!r} must be an image of {str(self.folder)!r}")
        image = read_image(self.folder / name)
        image.flags.writeable = False
        return image

    def mask(self, name: str) -> Bytes | None:
        """Return the mask of an image, uint8 (H, W), None if it has none that can be read."""
        found = self._mask_names.get(name, ())
        if self._masks is None or len(found) != 1:
            return None
        try:
            return read_mask(self._masks / found[0], size=self.image(name).shape[:2])
        except UnreadableError:
            return None
