"""Independent streams of chance by name, so that turning one knob leaves all other draws as they were."""

import zlib

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of a name under a seed."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def normal(seed: int, name: str, *shape: int) -> Array:
    """Draw standard normal numbers."""
    return stream(seed, name).standard_normal(shape, dtype=np.float32)


def directions(seed: int, name: str, count: int, dim: int) -> Array:
    """Draw unit vectors, [count, dim]."""
    rows = normal(seed, name, count, dim)
    return unit(rows)


def unit(rows: Array) -> Array:
    """Scale the last axis to length 1."""
    scaled: Array = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return scaled
