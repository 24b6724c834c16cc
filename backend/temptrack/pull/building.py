"""A bundle out of pulled files, built in a process of its own: what serves never loads what trains."""

import importlib.util
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from temptrack.errors import (
    Cancelled,
    Corrupt,
    InvalidRequest,
    NotFound,
    NotSupported,
    TemptrackError,
    Unavailable,
)

_BUILDER = "temptrack_export.main"
_BUILDER_PACKAGES = ("torch", "onnx", "onnxscript")
_POLL_S = 0.2
_GRACE_S = 10.0
_KINDS: dict[int, type[TemptrackError]] = {
    kind.exit_code: kind for kind in (InvalidRequest, NotFound, Corrupt, Unavailable, Cancelled)
}


@dataclass(frozen=True, slots=True)
class TrainingTexts:
    """The user's own copies of the texts that towers are trained on.

    Attributes:
        musiccaps: MusicCaps' CSV.
        incompetech: the catalogue of Incompetech as CSV, or None to do without.
    """

    musiccaps: Path
    incompetech: Path | None = None


def require_builder() -> None:
    """Check that bundles can be built here, before anything is fetched for it.

    Raises:
        NotSupported: MISSING_EXTRA.
    """
    missing = [name for name in _BUILDER_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise NotSupported(
            f"Building a bundle needs {', '.join(missing)}, which this machine lacks.",
            reason="MISSING_EXTRA",
            hint="Run: pip install 'temptrack[cpu,train]'. Or build on another machine and copy the bundle's "
            "folder; --download-only fetches without building.",
        )


def build(
    bundle_id: str, pulled: Path, folder: Path, texts: TrainingTexts, *, base: str, stop: Event
) -> None:
    """Build a bundle; it appears whole or not at all, even if this process is killed.

    Args:
        bundle_id: its id.
        pulled: the files it is built of, as ``pulling.pull`` left them.
        folder: where it goes; must not exist.
        texts: what its towers are trained on.
        base: the bundle whose audio encoder is kept, by id or folder.
        stop: set to give up.

    Raises:
        TemptrackError: what the builder said; Cancelled when it was stopped.
    """
    options: dict[str, object] = {
        "--out": folder,
        "--name": bundle_id,
        "--base": base,
        "--musiccaps": texts.musiccaps,
    }
    if texts.incompetech is not None:
        options["--incompetech"] = texts.incompetech
    words = [str(word) for pair in options.items() for word in pair]
    command = [sys.executable, "-m", _BUILDER, "pulled", str(pulled), *words, "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as builder:
        said = _listen(builder, stop)
    if stop.is_set():
        raise Cancelled("Stopped.", hint="The fetched files are kept; the same command builds.")
    if builder.returncode:
        raise _failure(builder.returncode, said)


def _listen(builder: "subprocess.Popen[str]", stop: Event) -> str:
    """Return what the builder says on standard error."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            return builder.communicate(timeout=_POLL_S)[1]
        if stop.is_set():
            # Ctrl-C reached it as well; what is deaf to it is ended.
            with suppress(subprocess.TimeoutExpired):
                return builder.communicate(timeout=_GRACE_S)[1]
            builder.kill()


def _failure(code: int, said: str) -> TemptrackError:
    for line in reversed(said.splitlines()):
        with suppress(ValueError, KeyError, TypeError):
            error = json.loads(line)["error"]
            kind = _KINDS.get(error["exit_code"], TemptrackError)
            return kind(
                error["message"], reason=error["reason"], hint=error["hint"], metadata=error["metadata"]
            )
    last = (said.strip().splitlines() or ["it said nothing"])[-1]
    return Unavailable(
        f"The process that builds the bundle ended with {code}: {last}",
        reason="BUILD_ENDED",
        hint="It may have run out of memory; the same command builds from the files that are here.",
    )
