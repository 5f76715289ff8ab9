"""The silhouette of the whole object."""

import defectsynth as ds
from tests.images import gray_disc


def test_a_silhouette_covers_the_object_and_nothing_else() -> None:
    image = gray_disc()
    sample = ds.synthesize(image, ds.WrongVariety(patterns=("plain",), tint_range=(-0.4, -0.3)), seed=0)
    on_disc = image[..., 0] > 100
    assert ((sample.mask > 0) & on_disc).sum() >= 0.98 * on_disc.sum()
    assert ((sample.mask > 0) & ~on_disc).sum() <= 0.02 * on_disc.sum()
