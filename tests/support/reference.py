"""Finds the reference material that some tests use; it is not part of the repository."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

ENVIRONMENT_VARIABLE = "TEMPTRACK_REFERENCE"
REQUIRED_VARIABLE = "TEMPTRACK_REQUIRE_REFERENCE"


def reference_data() -> Path:
    """Return the folder of reference data, or skip the test saying where it was looked for."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    folder = Path(chosen) if chosen else Path(__file__).parents[2].parent / "shared" / "data"
    if not folder.is_dir():
        absent(f"no reference material at {folder}; set {ENVIRONMENT_VARIABLE} to its folder")
    return folder


def absent(why: str) -> NoReturn:
    """Skip the test for want of material, or fail it where material is required."""
    if os.environ.get(REQUIRED_VARIABLE):
        pytest.fail(why)
    pytest.skip(why)
