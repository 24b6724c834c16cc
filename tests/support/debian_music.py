"""Finds the real music that some tests use; it comes out of Debian packages, not out of the repository."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.lacking import REFERENCE_REQUIRED, lacking

ENVIRONMENT_VARIABLE = "TEMPTRACK_DEBIAN_MUSIC"


@dataclass(frozen=True, slots=True)
class DebianMusic:
    """What tools/fetch_debian_music.py fetched.

    Attributes:
        folder: where it is.
        versions: version of every package.
        tracks: all files of music, in order of path.
    """

    folder: Path
    versions: Mapping[str, str]
    tracks: Sequence[Path]

    def smallest(self, count: int) -> list[Path]:
        """Return the smallest files, which take least time to index; ties by path."""
        return sorted(sorted(self.tracks, key=lambda path: (path.stat().st_size, path))[:count])

    def digest(self) -> str:
        """Return a hex SHA-256 that changes with any package's version."""
        return hashlib.sha256(json.dumps(self.versions, sort_keys=True).encode()).hexdigest()


def debian_music() -> DebianMusic:
    """Return the music, or skip the test saying where it was looked for.

    Packages that shaped the calibration of the tagger are left out.
    """
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    folder = Path(chosen) if chosen else Path(__file__).parents[2] / ".cache" / "debian-music"
    table = folder / "packages.json"
    if not table.is_file():
        why = f"no music at {folder}; run tools/fetch_debian_music.py, or set {ENVIRONMENT_VARIABLE}"
        lacking(why, required=REFERENCE_REQUIRED)
    packages = {
        package: facts
        for package, facts in json.loads(table.read_text("utf-8")).items()
        if not facts["calibration"]
    }
    tracks = [
        folder.absolute() / "music" / package / name
        for package, facts in packages.items()
        for name in facts["tracks"]
    ]
    return DebianMusic(
        folder=folder.absolute(),
        versions={package: facts["version"] for package, facts in packages.items()},
        tracks=sorted(tracks),
    )
