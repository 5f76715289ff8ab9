"""The tide mark of a dried liquid: a thin film with a darker rim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer, distance_to_outline
from defectsynth.core.parameters import FRACTION, Pair, between, choices, span
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

FILMS: dict[str, tuple[Pair, Pair, Pair]] = {  # transmittance of the rim in red, green and blue
    "water": ((0.72, 0.9), (0.72, 0.9), (0.7, 0.88)),
    "oil": ((0.6, 0.8), (0.5, 0.7), (0.25, 0.45)),
    "coffee": ((0.5, 0.7), (0.35, 0.5), (0.15, 0.3)),
    "rust": ((0.6, 0.85), (0.3, 0.5), (0.1, 0.25)),
    "ink": ((0.15, 0.4), (0.2, 0.45), (0.45, 0.75)),
    "grime": ((0.35, 0.6), (0.33, 0.57), (0.3, 0.52)),
}
CHANNEL_SPREAD = 0.25  # share of the variation of a channel that is independent of the thickness of the film
DARK_SURFACE = 0.3  # brightness of the surface below which the film is a pale deposit


@dataclass(frozen=True)
class TideMark(Look):
    """The thin film of a dried liquid, with a rim where most of the residue settles.

    It darkens and tints a bright surface, whose texture shows through. On a dark surface it is a pale deposit.

    Args:
        films: kinds of liquid, of which each draw takes one: water, oil, coffee, rust, ink, grime.
        inside_range: strength of the film inside relative to the rim, in [0, 1].
        rim_range: width of the rim, in [0, 0.1], fraction of min(H, W).

    References:
        R. D. Deegan et al., "Capillary flow as the cause of ring stains from dried liquid drops", Nature 389, 1997:
        evaporation carries the residue to the rim. Here its strength decays exponentially with the distance to the
        outline.
    """

    films: tuple[str, ...] = choices(("water", "oil", "coffee"), *FILMS)
    inside_range: Pair = span((0.2, 0.6), 0.0, 1.0, "strength relative to the rim")
    rim_range: Pair = span((0.003, 0.012), 0.0, 0.1, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnTideMark:
        """Return a film, pale if the surface is dark."""
        choice, inside, rim, density, *shares = rng.random(7).tolist()
        family = FILMS[self.films[int(choice * len(self.films))]]
        transmittance = tuple(
            between(pair, density + CHANNEL_SPREAD * (share - density))
            for pair, share in zip(family, shares, strict=True)
        )
        if scene.monochrome or scene.channels != 3:
            transmittance = (sum(transmittance) / 3,) * 3
        return DrawnTideMark(
            through=transmittance,
            pale=float(scene.color_at(place.x, place.y).mean()) < DARK_SURFACE,
            inside=between(self.inside_range, inside),
            rim=between(self.rim_range, rim) * scene.side,
        )


@dataclass(frozen=True)
class DrawnTideMark(DrawnLook):
    """Transmittance of each channel, True for a pale film, strength inside, and width of the rim in pixels."""

    through: tuple[float, ...]
    pale: bool
    inside: float
    rim: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface under the film; an image with more channels repeats its transmittance."""
        depth = distance_to_outline(layer.alpha)
        strength = np.exp(depth * np.float32(-1 / max(self.rim, 0.5)))
        strength *= np.float32(1 - self.inside)
        strength += np.float32(self.inside)
        absorbed = np.float32(1) - np.resize(np.array(self.through, np.float32), surface.shape[0])[:, None, None]
        if self.pale:
            return surface + (np.float32(1) - surface) * (absorbed.mean() * strength), layer.alpha
        return surface - surface * (absorbed * strength), layer.alpha
