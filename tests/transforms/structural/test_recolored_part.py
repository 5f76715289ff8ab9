"""Parts in the color of another part."""

import numpy as np

import defectsynth as ds


def test_a_part_takes_the_color_of_another_and_keeps_its_texture() -> None:
    wires = np.full((200, 200, 3), 220, np.uint8)
    wires[30:90, 40:160] = 200, 40, 40
    wires[110:170, 40:160] = 40, 60, 200
    grain = np.random.default_rng(0).integers(-6, 7, (200, 200, 1))
    wires = np.clip(wires.astype(int) + grain, 0, 255).astype(np.uint8)
    for seed in range(10):
        sample = ds.synthesize(wires, ds.RecoloredPart(palettes=("other",), opacity_range=(1, 1)), seed=seed)
        upper, lower = (
            sample.image[rows, 45:155].reshape(-1, 3).mean(axis=0) for rows in (slice(35, 85), slice(115, 165))
        )
        assert np.abs(upper - lower).max() < 12  # both have one color
        assert 0.9 * 60 * 120 < (sample.mask > 0).sum() < 1.1 * 60 * 120  # the whole of one wire
        is_upper = sample.mask[60, 100] > 0
        part = np.s_[40:80, 50:150] if is_upper else np.s_[120:160, 50:150]
        texture = np.corrcoef(sample.image[part][..., 1].ravel(), wires[part][..., 1].ravel())[0, 1]
        assert texture > 0.9
