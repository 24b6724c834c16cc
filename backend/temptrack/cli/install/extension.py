"""Packs the Blender extension: one zip, the same bytes for the same files."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from temptrack.cli.install.shipped import PANEL, plugin_folder

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The one date of every file in the zip; a zip cannot name an earlier one."""

_ENDINGS: Final = {".py", ".toml"}
_LICENCE: Final = "LICENSE"
_READABLE: Final = 0o644 << 16


def build_extension(folder: Path) -> Path:
    """Write `temptrack_blender.zip` into a folder and return its path.

    Args:
        folder: where to write; it is made.

    Raises:
        NotFound: when this temptrack came without the extension's files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "temptrack_blender.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in sorted(_files()):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.external_attr = _READABLE
            archive.writestr(entry, source.read_bytes(), zipfile.ZIP_DEFLATED)
    return path


def _files() -> Iterator[tuple[str, Path]]:
    """Yield every file by its name in the zip; the shared panel is copied in where the plugin links to it."""
    for name, room in (("", plugin_folder("blender")), (f"{PANEL}/", plugin_folder(PANEL))):
        for source in room.iterdir():
            if source.is_file() and (source.suffix in _ENDINGS or source.name == _LICENCE):
                yield name + source.name, source
