"""Fixed inputs on which exported graphs are compared with the torch modules they came from."""

import numpy as np

from temptrack.media.types import Frames
from temptrack.model.types import Matrix

TEXTS = (
    "sparse felt piano, hopeful, no drums",
    "music for a car chase through a rainy city at night",
    "Björk-ish vocals, 7/8, très lent",
    "rock",
)


def frames(size: int) -> Frames:
    """A gradient, a checkerboard and noise, [3, size, size, 3]."""
    ramp = np.linspace(0, 255, size)
    gradient = np.stack(
        [np.tile(ramp, (size, 1)), np.tile(ramp[:, None], (1, size)), np.full((size, size), 90)], -1
    )
    cells = (np.indices((size, size)) // 20).sum(axis=0) % 2
    checks = np.repeat((cells * 200 + 20)[..., None], 3, axis=-1)
    noise = np.random.default_rng(7).integers(0, 256, (size, size, 3))
    return np.stack([gradient, checks, noise]).astype(np.uint8)


def windows(count: int, rate_hz: int) -> Matrix:
    """A chord, a click track and noise, [3, count]."""
    time_s = np.arange(count) / rate_hz
    chord = sum(0.2 * np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6))
    clicks = np.where((time_s * 2) % 1 < 0.02, np.sin(2 * np.pi * 1000 * time_s), 0.0)
    noise = 0.1 * np.random.default_rng(8).standard_normal(count)
    return np.stack([chord, clicks, noise]).astype(np.float32)
