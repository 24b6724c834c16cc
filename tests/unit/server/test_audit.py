import json
import sys
from pathlib import Path

import pytest

from support.disks import files_up_to
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


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited there")
def test_a_full_disk_is_an_error_of_the_call_and_leaves_no_half_line_behind(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, max_mb=1, keep=1)
    log.write("cue-inserted", "jane", number=0)
    before = path.read_bytes()
    with files_up_to(len(before) + 20):
        for _ in range(2):
            with pytest.raises(errors.Unavailable) as caught:
                log.write("cue-inserted", "jane", number=1)
            assert caught.value.reason == "AUDIT_NOT_WRITTEN"
            assert path.read_bytes() == before
    log.write("cue-inserted", "jane", number=2)
    log.close()
    assert [json.loads(line)["number"] for line in path.read_text().splitlines()] == [0, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited there")
def test_what_is_sent_again_is_written_once_unless_it_was_not_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, max_mb=1, keep=1)
    with files_up_to(20), pytest.raises(errors.Unavailable):
        log.write("cue-inserted", "jane", once="a")
    for _ in range(2):
        assert log.write("cue-inserted", "jane", once="a")
    log.write("cue-inserted", "jane", once="b")
    for _ in range(2):
        log.write("cue-inserted", "jane")
    log.close()
    assert len(path.read_text().splitlines()) == 4
