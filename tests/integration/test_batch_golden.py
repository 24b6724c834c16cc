"""What a batch hands on, compared with what it is meant to."""

from pathlib import Path

import pytest

from support import batches
from support.batch_golden import FILES, GOLDEN, handed_on


def test_what_is_handed_on_is_what_it_is_meant_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batches.use_fake_bundle(monkeypatch)
    expected = {name: (GOLDEN / name).read_text("utf-8") for name in (*FILES, "chosen.json")}
    assert handed_on(tmp_path) == expected
