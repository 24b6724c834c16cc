"""Judges what becomes of one input: a value, or an error of ours with a reason; anything else escaped."""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.fuzzing.target import Reader, Target
from temptrack.errors import TemptrackError

VALUE = "value"
REFUSED = "refused"
_WRITING = frozenset("wax+")
_CHANGES = {
    "os.rename": 2,
    "os.remove": 1,
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.chmod": 1,
}
"""Events that change what their first arguments name."""

_STARTS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pickle.find_class"}
)


class EscapedError(AssertionError):
    """An input ended in something else than a value or an error of ours.

    Attributes:
        signature: the same for inputs that escape the same way.
    """

    def __init__(self, signature: str, why: str) -> None:
        super().__init__(f"{signature}: {why}")
        self.signature = signature


class Judge:
    """Reads inputs with one target. Only one judge at a time can be open."""

    def __init__(self, target: Target, reader: Reader) -> None:
        self.slowest_s = 0.0
        self._target = target
        self._reader = reader

    def judge(self, data: bytes) -> str:
        """Return "value", "refused", or the reason of the error that an input ends in.

        Raises:
            EscapedError: it ended in anything else, changed a file of others, or logged an error.
        """
        began_s = time.perf_counter()
        _WATCH.findings.clear()
        try:
            return self._outcome(data)
        finally:
            self.slowest_s = max(self.slowest_s, time.perf_counter() - began_s)
            if _WATCH.findings:
                # What was logged says more than the answer that a caller got.
                raise EscapedError(*_WATCH.findings[0])

    def _outcome(self, data: bytes) -> str:
        try:
            self._reader(data)
        except TemptrackError as error:
            _check(error)
            return error.reason
        except self._target.refusals:
            return REFUSED
        except Exception as error:
            raise EscapedError(signature_of(error), str(error)[:300]) from error
        return VALUE


@contextmanager
def judging(target: Target, scratch: Path) -> Iterator[Judge]:
    """Prepare a target in a folder of its own for the length of a ``with`` block."""
    with target.open(scratch) as reader, _WATCH.over(scratch, sockets=target.sockets):
        yield Judge(target, reader)


def signature_of(error: BaseException) -> str:
    """Return class and place of an error, the innermost place in our own code where there is one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/temptrack/" in frame.filename or "/panel/" in frame.filename]
    at = (ours or frames)[-1]
    return f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno}"


def _check(error: TemptrackError) -> None:
    if type(error) is TemptrackError or not error.message or not error.reason.isupper():
        raise EscapedError(
            signature_of(error), f"no error of ours says {error.reason!r}: {error.message[:200]}"
        ) from error


class _Watch(logging.Handler):
    """Notes what must not happen: a file changed elsewhere, a process started, an error logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.findings: list[tuple[str, str]] = []
        self._scratch = ""
        self._sockets = False
        self._is_hooked = False

    @contextmanager
    def over(self, scratch: Path, *, sockets: bool) -> Iterator[None]:
        if not self._is_hooked:
            sys.addaudithook(self._heard)
            self._is_hooked = True
        self._scratch, self._sockets = str(scratch.resolve()), sockets
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)
            self._scratch = ""
            self.findings.clear()

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        found = signature_of(error) if error is not None else f"logged by {record.name}:{record.lineno}"
        self.findings.append((found, record.getMessage()[:300]))

    def _heard(self, event: str, facts: tuple[Any, ...]) -> None:
        if not self._scratch:
            return
        if event == "open":
            path, mode, _ = facts
            if isinstance(path, str | bytes) and isinstance(mode, str) and _WRITING & set(mode):
                self._changed(event, path)
        elif event in _CHANGES:
            for path in facts[: _CHANGES[event]]:
                self._changed(event, path)
        elif event in _STARTS or (event == "socket.connect" and not self._sockets):
            self.findings.append((event, repr(facts)[:300]))

    def _changed(self, event: str, path: Any) -> None:
        name = path.decode(errors="replace") if isinstance(path, bytes) else str(path)
        if name != "/dev/null" and not name.startswith(self._scratch):
            self.findings.append((event, name))


_WATCH = _Watch()
