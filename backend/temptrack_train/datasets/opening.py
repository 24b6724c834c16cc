"""Opening a collection by name."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from temptrack.errors import InvalidRequest
from temptrack_train.datasets.folder import read_folder
from temptrack_train.datasets.mgsv import read_mgsv
from temptrack_train.datasets.ossl import read_ossl
from temptrack_train.datasets.pairs import Pair
from temptrack_train.datasets.stored import StoredDataset
from temptrack_train.datasets.types import TextEncoder
from temptrack_train.datasets.youtube8m import read_youtube8m

LAYOUTS: Final[Mapping[str, Callable[..., Sequence[Pair]]]] = {
    "folder": read_folder,
    "youtube8m": read_youtube8m,
    "ossl": read_ossl,
    "mgsv": read_mgsv,
}
"""Layouts of collections on disk, by name."""


def read_pairs(layout: str, path: Path, **options: Any) -> Sequence[Pair]:
    """Read the pairs of a collection.

    Args:
        layout: a name in ``LAYOUTS``.
        path: the collection.
        options: of the layout's reader.

    Raises:
        InvalidRequest: LAYOUT, no such layout; DATA_OPTIONS, the layout has no such option.
        TemptrackError: what the layout's reader raises.
    """
    reader = LAYOUTS.get(layout)
    if reader is None:
        raise InvalidRequest(
            f"There is no layout '{layout}'.", reason="LAYOUT", hint=f"Use {', '.join(sorted(LAYOUTS))}."
        )
    try:
        return reader(path, **options)
    except TypeError as error:
        raise InvalidRequest(
            f"The options of '{layout}' data are wrong: {error}.",
            reason="DATA_OPTIONS",
            hint=f"See {reader.__name__} for its options.",
        ) from error


def open_stored(
    layout: str, path: Path, features: Path, text_encoder: TextEncoder, **options: Any
) -> StoredDataset:
    """Open a collection whose features were extracted.

    Args:
        layout: a name in ``LAYOUTS``.
        path: the collection.
        features: what ``temptrack-train features`` wrote.
        text_encoder: the encoder that texts will be read by.
        options: of the layout's reader.

    Raises:
        TemptrackError: as ``read_pairs`` and ``StoredDataset``.
    """
    return StoredDataset(path.name, read_pairs(layout, path, **options), features, text_encoder)
