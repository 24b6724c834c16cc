"""Lets one process at a time compile what librosa compiles when it is first used."""

import getpass
import hashlib
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from temptrack.library.analysis.rhythm import find_rhythm
from temptrack.library.analysis.tonality import find_key

_SECONDS = 12
_RATE_HZ = 16_000
_BEAT_S = 0.5


@cache
def compile_in_turn() -> None:
    """Find the beats and the key of a made-up piece, once in this process, while no other process does.

    On a new machine librosa's functions are compiled and kept beside its code. Two processes that do so at
    the same time can leave a kept function that jumps to nowhere, and from then on every file that needs it
    ends its process.
    """
    import filelock

    with filelock.FileLock(_lock_path()):
        time_s = np.arange(_SECONDS * _RATE_HZ) / _RATE_HZ
        beats = np.exp(-30 * (time_s % _BEAT_S)) * np.sin(2 * np.pi * 110 * time_s)
        chord = sum(0.2 * np.sin(2 * np.pi * hz * time_s) for hz in (261.6, 329.6, 392.0))
        piece = (0.5 * beats + chord).astype(np.float32)
        find_rhythm(piece, _RATE_HZ)
        find_key(piece, _RATE_HZ)


def _lock_path() -> Path:
    # What is compiled belongs to this installation and this user, not to a folder of libraries.
    place = hashlib.sha256(f"{getpass.getuser()} {sys.prefix}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"temptrack-compiling-{place}.lock"
