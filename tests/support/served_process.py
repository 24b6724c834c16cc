"""A server in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from support.serving import PATIENCE_S

TESTS = Path(__file__).parents[1]


@contextmanager
def served_in_a_process(listen: str = "127.0.0.1:0") -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "support.fake_server", listen],
        cwd=TESTS,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with process:
            yield process
            assert process.wait(PATIENCE_S) is not None
    finally:
        process.kill()


def read_until(output: IO[str] | None, start: str) -> str:
    assert output is not None
    seen = []
    for line in output:
        seen.append(line)
        if line.startswith(start):
            return line.strip()
    raise AssertionError(f"no line starts with {start!r}: {seen}")
