import errno
import json
from pathlib import Path

import pytest

from temptrack import errors
from temptrack.server.audit import AuditLog


def test_lines_are_objects_and_old_files_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("temptrack.server.audit._MIB", 1000)
    log = AuditLog(tmp_path / "new" / "audit.jsonl", max_mb=1, keep=2)
    for number in range(60):
        assert log.write("cue-inserted", "Jané", number=number, title="lone \ud800 surrogate")
    log.close()
    files = sorted((tmp_path / "new").iterdir())
    assert [file.name for file in files] == ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]
    for file in files:
        assert file.stat().st_size <= 1000
        for line in file.read_text(encoding="utf-8").splitlines():
            assert json.loads(line)["caller"] == "Jané"
    last = json.loads(files[0].read_text(encoding="utf-8").splitlines()[-1])
    assert last["number"] == 59


def test_without_a_file_nothing_is_kept() -> None:
    assert not AuditLog(None, max_mb=1, keep=1).write("cue-inserted", "jane")


def test_a_full_disk_is_an_error_of_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    log = AuditLog(tmp_path / "audit.jsonl", max_mb=1, keep=1)
    assert log._handler is not None
    with monkeypatch.context() as patch:
        patch.setattr(log._handler.stream, "write", full)
        with pytest.raises(errors.Unavailable) as caught:
            log.write("cue-inserted", "jane")
    assert caught.value.reason == "AUDIT_NOT_WRITTEN"
    log.close()
