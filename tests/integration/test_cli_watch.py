"""Watching folders as a user does it: a process that stays, a file that comes, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.tones import music, write_audio

PROGRAM = Path(sys.executable).with_name("temptrack")


def read_report(process: subprocess.Popen[str]) -> Any:
    """Read one JSON document of several lines."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line == "}\n":
            return json.loads("".join(lines))
    raise AssertionError("".join(lines) + "ended before its report did")


def test_new_music_is_indexed_until_ctrl_c(tmp_path: Path, own_home: Path) -> None:
    environment = {**os.environ, "TEMPTRACK_HOME": str(own_home)}
    folder = tmp_path / "music"
    write_audio(folder / "first.flac", music(6.0, seed=1))
    subprocess.run([PROGRAM, "library", "create", "stock"], env=environment, check=True, capture_output=True)
    command = [str(PROGRAM), "library", "index", "stock", str(folder), "--watch", "--workers", "0", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert read_report(process)["added"] == 1
            write_audio(tmp_path / "second.flac", music(6.0, seed=2))
            (tmp_path / "second.flac").rename(folder / "second.flac")
            seen = read_report(process)
            assert (seen["added"], seen["unchanged"]) == (1, 1)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
