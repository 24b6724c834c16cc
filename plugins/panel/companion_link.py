# SPDX-License-Identifier: Apache-2.0
"""One companion process, its messages and its end. Nothing here waits: the host's timer calls ``poll``."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Callable, Dict, Mapping, Sequence

from .framing import Decoder, FramingError, encode
from .pipes import ChildPipes
from .problems import PanelError, Problem, problem, problem_of_error

Done = Callable[[Dict[str, Any]], None]
Failed = Callable[[Problem], None]
OnProgress = Callable[[Dict[str, Any]], None]

LOG_LINES = 200
"""How many lines of the companion's log are kept for the doctor."""

_CREATE_NO_WINDOW = 0x08000000  # as in subprocess, which has it on Windows only


@dataclass
class _Waiting:
    method: str
    done: Done
    failed: Failed
    progress: OnProgress | None


class CompanionLink:
    """Starts a companion, talks to it, and never leaves it behind.

    Callbacks run inside ``poll`` (or ``close``), on the thread that calls it.

    Attributes:
        on_notification: called with method and params of what the companion tells on its own.
        on_lost: called once with the problem when the companion is gone though nobody closed it.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Prepare a link; nothing is started yet.

        Args:
            command: program and arguments, as ``find_companion`` returns them.
            environment: variables of the companion; None takes the host's.
        """
        self.on_notification: Callable[[str, dict[str, Any]], None] = lambda _method, _params: None
        self.on_lost: Callable[[Problem], None] = lambda _problem: None
        self._command = list(command)
        self._environment = dict(environment) if environment is not None else None
        self._process: subprocess.Popen[bytes] | None = None
        self._pipes: ChildPipes | None = None
        self._decoder = Decoder()
        self._waiting: dict[int, _Waiting] = {}
        self._last_id = 0
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._half_line = b""

    @property
    def is_open(self) -> bool:
        """Whether there is a companion to talk to, as far as is known."""
        return self._process is not None

    @property
    def process_id(self) -> int | None:
        """The companion's process id, or None."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> list[str]:
        """The last lines of the companion's log."""
        return list(self._log)

    def start(self) -> None:
        """Start the companion.

        Raises:
            PanelError: COMPANION_DID_NOT_START, when the system refuses.
        """
        quiet: dict[str, Any] = (
            {"creationflags": _CREATE_NO_WINDOW}
            if sys.platform == "win32"
            # Ctrl-C in the terminal that started the editor is the editor's business.
            else {"start_new_session": True}
        )
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=self._environment,
                **quiet,
            )
        except OSError as error:
            detail = f"{self._command[0]}: {error.strerror or error}"
            raise PanelError(problem("COMPANION_DID_NOT_START", detail)) from error
        self._pipes = ChildPipes(self._process)
        self._decoder = Decoder()
        self._half_line = b""

    def request(
        self,
        method: str,
        params: dict[str, Any],
        done: Done,
        failed: Failed,
        progress: OnProgress | None = None,
    ) -> int:
        """Send a request and return its id; exactly one of ``done`` and ``failed`` is called later.

        Args:
            method: name of the method.
            params: its parameters.
            done: called with the result.
            failed: called with the problem; also when the companion ends before it answers.
            progress: called with every progress value; asks for a progress token.
        """
        self._last_id += 1
        number = self._last_id
        if progress is not None:
            params = {**params, "progress_token": number}
        self._waiting[number] = _Waiting(method, done, failed, progress)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def notify(self, method: str, params: dict[str, Any] | None = None) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params or {}})

    def cancel(self, number: int) -> None:
        """Ask the companion to stop working on a request; it still ends with ``done`` or ``failed``."""
        if number in self._waiting and self.is_open:
            self.notify("$/cancelRequest", {"id": number})

    def forget(self, number: int) -> None:
        """Stop working on a request and call nothing for it any more."""
        self.cancel(number)
        self._waiting.pop(number, None)

    def poll(self) -> bool:
        """Send what is queued, take what came, notice a death. Returns whether anything came."""
        process, pipes = self._process, self._pipes
        if process is None or pipes is None:
            return False
        self._read_log()
        # Its last words and its exit code, read below, say more than a broken pipe.
        with suppress(OSError):
            pipes.flush()
        ended = process.poll() is not None
        data = pipes.read_stdout()
        try:
            messages = self._decoder.feed(data or b"")
        except FramingError as error:
            self._lose(problem("COMPANION_BROKEN", str(error)))
            return True
        for message in messages:
            self._take(message)
        # A callback may have closed this companion, or started another.
        if process is self._process and (data is None or (ended and not data)):
            self._lose(problem("COMPANION_ENDED", self._how_it_ended(process)))
            return True
        return bool(messages)

    def close(self, patience_s: float = 1.0) -> None:
        """End the companion: politely, then firmly. Takes at most about three times ``patience_s``."""
        process, pipes = self._process, self._pipes
        if process is None or pipes is None:
            return
        # If it no longer reads, the end of its input or a signal will do.
        with suppress(OSError):
            pipes.send(encode({"jsonrpc": "2.0", "id": 0, "method": "shutdown", "params": {}}))
            pipes.send(encode({"jsonrpc": "2.0", "method": "exit"}))
        pipes.close_stdin()
        if not self._ended_within(process, patience_s):
            process.terminate()
            if not self._ended_within(process, patience_s):
                process.kill()
                self._ended_within(process, patience_s)
        self._read_log()
        pipes.close()
        self._process = self._pipes = None
        self._fail_all(problem("CANCELLED"))

    def _ended_within(self, process: subprocess.Popen[bytes], patience_s: float) -> bool:
        until = time.monotonic() + patience_s
        while process.poll() is None:
            if time.monotonic() > until:
                return False
            # A child that waits for room in a full pipe could never end.
            self._read_log()
            if self._pipes is not None:
                self._pipes.read_stdout()
            time.sleep(0.01)
        return True

    def _send(self, message: dict[str, Any]) -> None:
        if self._pipes is None:
            raise PanelError(problem("COMPANION_ENDED", "it is not running"))
        # If it no longer reads, the next poll finds out why, and tells whoever waits.
        with suppress(OSError):
            self._pipes.send(encode(message))

    def _take(self, message: dict[str, Any]) -> None:
        if "method" in message:
            params = message.get("params")
            self._take_news(str(message["method"]), params if isinstance(params, dict) else {})
            return
        waiting = self._waiting.pop(message.get("id", -1), None)
        if waiting is None:
            return
        error = message.get("error")
        if isinstance(error, dict):
            waiting.failed(problem_of_error(error))
        else:
            result = message.get("result")
            waiting.done(result if isinstance(result, dict) else {})

    def _take_news(self, method: str, params: dict[str, Any]) -> None:
        if method != "$/progress":
            self.on_notification(method, params)
            return
        waiting = self._waiting.get(params.get("token", -1))
        value = params.get("value")
        if waiting is not None and waiting.progress is not None and isinstance(value, dict):
            waiting.progress(value)

    def _read_log(self) -> None:
        data = self._pipes.read_stderr() if self._pipes else None
        if data:
            *lines, self._half_line = (self._half_line + data).split(b"\n")
            self._log.extend(line.decode("utf-8", "replace").rstrip() for line in lines)

    def _how_it_ended(self, process: subprocess.Popen[bytes]) -> str:
        # Its pipes close a moment before it can be asked how it went.
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
        code = process.returncode
        if code is None:
            how = "it closed its output"
        else:
            how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        last = next((line for line in reversed(self._log) if line.strip()), "")
        return f"{how}: {last}" if last else how

    def _lose(self, why: Problem) -> None:
        process, pipes = self._process, self._pipes
        self._process = self._pipes = None
        if process is not None and pipes is not None:
            pipes.close()
            if process.poll() is None:
                process.kill()
                process.wait()
        self._fail_all(why)
        self.on_lost(why)

    def _fail_all(self, why: Problem) -> None:
        waiting, self._waiting = self._waiting, {}
        for each in waiting.values():
            each.failed(why)
