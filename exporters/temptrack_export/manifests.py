"""Writing manifests; the format itself is defined where it is read, in ``temptrack.model.manifest``."""

import hashlib
from pathlib import Path

from temptrack.model.manifest import MANIFEST_NAME, FileEntry, Manifest


def file_entry(path: Path) -> FileEntry:
    """Return the name, hash and size of a file of a bundle."""
    data = path.read_bytes()
    return FileEntry(file=path.name, sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest beside the files it describes."""
    (folder / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
