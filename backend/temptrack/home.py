"""Where temptrack keeps its state on this machine."""

import os
from pathlib import Path

import platformdirs

ENVIRONMENT_VARIABLE = "TEMPTRACK_HOME"
"""Moves every file temptrack keeps: libraries, caches and downloaded bundles."""

DEFAULT_BUNDLE = "lite-1"
"""The bundle that ships with the package, taken wherever none is named."""


def expanded(path: Path | str) -> Path:
    """Return a path with a user's home folder in place of "~"; one that no user has stays as it is."""
    try:
        return Path(os.path.expanduser(path))
    except ValueError:
        # A null character in the user's name.
        return Path(path)


def home_folder() -> Path:
    """Return the folder that holds all state; it need not exist yet."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(chosen).expanduser() if chosen else platformdirs.user_data_path("temptrack", appauthor=False)


def libraries_folder() -> Path:
    """Return the folder that holds one folder per library."""
    return home_folder() / "libraries"


def feature_cache_folder() -> Path:
    """Return the folder of cached picture features; deleting it costs time and nothing else."""
    return home_folder() / "cache" / "features"


def track_cache_folder() -> Path:
    """Return the folder of tracks fetched from a server; what a timeline uses is fetched to its old place."""
    return home_folder() / "cache" / "tracks"


def cue_cache_folder() -> Path:
    """Return the folder of cues rendered for hosts; the same cue is rendered to the same place again."""
    return home_folder() / "cache" / "cues"


def bundles_folder() -> Path:
    """Return the folder of bundles installed beside the one that ships with the package."""
    return home_folder() / "bundles"
