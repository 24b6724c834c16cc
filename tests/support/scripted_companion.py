"""A companion that says what it was told to: for what a real one does only on a bad day.

Run as ``python scripted_companion.py SCRIPT``; the script is JSON: ``{method: [action, ...]}``. The actions
of a method are taken one a request, and the last one stays: ``{"result": …}``, ``{"error": …}``,
``{"say": raw text}``, ``{"silent": true}``, ``{"exit": code, "log": words}``. What came is written beside the
script.
"""

import json
import sys
from pathlib import Path
from typing import Any


def write(message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    say(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


def say(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def read() -> dict[str, Any] | None:
    length = 0
    for line in iter(sys.stdin.buffer.readline, b""):
        if not line.strip():
            message: dict[str, Any] = json.loads(sys.stdin.buffer.read(length))
            return message
        length = int(line.partition(b":")[2])
    return None


def main(script: Path) -> None:
    """Answer until the input ends."""
    actions: dict[str, list[dict[str, Any]]] = json.loads(script.read_text())
    with script.with_suffix(".came").open("a", encoding="utf-8") as came:
        while (message := read()) is not None:
            came.write(json.dumps(message) + "\n")
            came.flush()
            waiting = actions.get(message.get("method", ""), [{"silent": True}])
            action = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if "say" in action:
                say(action["say"].encode())
            if "exit" in action:
                sys.stderr.write(action.get("log", "") + "\n")
                sys.stderr.flush()
                sys.exit(action["exit"])
            for key in ("result", "error"):
                if key in action and "id" in message:
                    write({"jsonrpc": "2.0", "id": message["id"], key: action[key]})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
