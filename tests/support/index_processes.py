"""Processes that index, and what they say."""

import json
import subprocess
import sys
from typing import Any

from support import index_once


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, index_once.__file__, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, _ = process.communicate()
    assert process.returncode == 0
    answer = json.loads(output)
    assert isinstance(answer, dict)
    return answer
