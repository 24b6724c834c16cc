"""Finds the reference material that some tests use; it is not part of the repository."""

import os
from pathlib import Path

from support.lacking import REFERENCE_REQUIRED, lacking

ENVIRONMENT_VARIABLE = "TEMPTRACK_REFERENCE"


def reference_data() -> Path:
    """Return the folder of reference data, or skip the test saying where it was looked for."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    folder = Path(chosen) if chosen else Path(__file__).parents[2].parent / "shared" / "data"
    if not folder.is_dir():
        why = f"no reference material at {folder}; set {ENVIRONMENT_VARIABLE} to its folder"
        lacking(why, required=REFERENCE_REQUIRED)
    return folder
