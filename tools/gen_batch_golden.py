"""Rewrites the goldens of what a batch hands on. Run it on purpose, then read the difference line by line."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support import batches
from support.batch_golden import GOLDEN, handed_on
from temptrack import home

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        batches.use_fake_bundle(patch)
        patch.setitem(os.environ, home.ENVIRONMENT_VARIABLE, f"{folder}/home")
        for name, text in handed_on(Path(folder)).items():
            (GOLDEN / name).write_text(text, encoding="utf-8")
    print(f"wrote {GOLDEN}")
