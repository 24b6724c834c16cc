"""One bad input: what is given, by which way, and what came back, with everything that varies taken out."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import grpc
import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from support.fake_bundle import FakeBundle
from support.films import make_still
from support.planted_tracks import planted, planted_library
from support.serving import PATIENCE_S, DoubleSuggester, serving
from support.timelines import clip, lane, movie, timeline
from temptrack import home
from temptrack.cli import failures, front, main
from temptrack.client.connection import Connection
from temptrack.client.remote import RemoteSuggester
from temptrack.errors import TemptrackError
from temptrack.library.store import LibraryStore
from temptrack.seat import engine
from temptrack.server import telemetry
from temptrack.wire.status import STATUS_OF_ERROR

NONE = "—"

_VARYING = (
    (r"(127\.0\.0\.1|localhost):\d{2,5}", r"\1:PORT"),
    (r"\b[0-9a-f]{24,}\b", "DIGEST"),
    (r"(.)\1{40,}", r"\1…"),
    # From here on other people's words, which change with their versions.
    (r"( is damaged:) .*", r"\1 …"),
    (r"( cannot be loaded:) .*", r"\1 …"),
    (r"( is no tokenizer:) .*", r"\1 …"),
    (r"(Invalid value for [^:]*:) .*", r"\1 …"),
    (r"(No such (?:command|option)[^.(]*)[.(].*", r"\1"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back.

    Attributes:
        way: "command", "library" (the Python API) or "server" (over a real socket).
        reason: stable word, or NONE for what is only noted.
        message: what happened.
        hint: what to do.
        exit_code: of the command, or of the error's class; NONE where there is none.
        grpc_status: as it was on the wire, or of the error's class; NONE where there is none.
    """

    way: str
    reason: str
    message: str
    hint: str
    exit_code: str
    grpc_status: str


@dataclass(frozen=True, slots=True)
class Case:
    """A bad input.

    Attributes:
        given: the input in words; unique.
        provoke: gives it and returns what came back.
        simulated: what stands in for the system, in words, where the real thing cannot be had in a test.
    """

    given: str
    provoke: "Callable[[Place], Outcome]"
    simulated: str = ""


@dataclass
class Place:
    """A folder with a cut, and everything a case may need, made when first asked for."""

    folder: Path
    patch: pytest.MonkeyPatch
    _stock: LibraryStore | None = field(default=None, repr=False)

    def write(self, name: str, content: bytes | str) -> Path:
        """Write a file and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @cached_property
    def cut(self) -> Path:
        """A timeline of ten seconds of one still."""
        make_still(self.folder / "a.png")
        return self.cut_of("a.png")

    def cut_of(self, media: str) -> Path:
        """Write a timeline of ten seconds of one medium."""
        path = self.folder / "cut.otio"
        shot = clip("shot", 0, 240, media=movie(media, None))
        otio.adapters.write_to_file(timeline(lane(shot)), str(path))
        return path

    def stock(self, tracks: int = 0) -> LibraryStore:
        """Return the library "stock" with so many planted tracks."""
        if self._stock is None:
            self._stock = planted_library([planted(index) for index in range(tracks)], name="stock")
        return self._stock

    @contextmanager
    def server(self, double: DoubleSuggester | None = None) -> Iterator[Connection]:
        """Run a server and yield a connection to it."""
        with serving(double or DoubleSuggester()) as address:
            connection = Connection(address, deadline_s=PATIENCE_S)
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def remote(self, deadline_s: float = PATIENCE_S) -> Iterator[RemoteSuggester]:
        """Run a server and yield the suggester that asks it."""
        with serving(DoubleSuggester()) as address, RemoteSuggester(address, deadline_s=deadline_s) as remote:
            yield remote

    def plain(self, text: str) -> str:
        """Return a text without what differs from run to run, or with the version of a package."""
        for path, name in ((self.folder, "FOLDER"), (home.home_folder(), "HOME")):
            text = text.replace(str(path), name).replace(str(path).lstrip("/"), name)
        text = text.replace(otio.__version__, "VERSION")
        for pattern, plain in _VARYING:
            text = re.sub(pattern, plain, text, flags=re.DOTALL)
        return text.strip()


def row_of(case: Case, folder: Path) -> dict[str, str]:
    """Give the input in a fresh folder and return the row of the table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(folder / "home"))
        patch.setenv("COLUMNS", "1000")
        place = Place(folder / "place", patch)
        place.folder.mkdir(parents=True)
        outcome = case.provoke(place)
        told = {name: place.plain(text) for name, text in asdict(outcome).items()}
    return {"given": case.given, **told, **({"simulated": case.simulated} if case.simulated else {})}


def command(
    *words: str, prepare: Callable[[Place], object] = lambda _place: None
) -> Callable[[Place], Outcome]:
    """Run `temptrack` with an engine that needs no weights; FOLDER and CUT in the words are filled in."""

    def provoke(place: Place) -> Outcome:
        place.patch.setattr(engine, "open_bundle", lambda *_names, **_options: FakeBundle())
        prepare(place)
        return run_command(place, words)

    return provoke


def run_command(place: Place, words: tuple[str, ...]) -> Outcome:
    """Run `temptrack` as it is and return how it failed; what a person reads must hold all of it."""
    caught: list[TemptrackError] = []

    def spy(error: BaseException, *, as_json: bool) -> int:
        caught.append(failures.explain(error))
        return failures.report(error, as_json=as_json)

    place.patch.setattr(front, "report", spy)
    # It would go on writing to a stream that is closed after the command.
    place.patch.setattr(telemetry, "configure_log", lambda *_options: None)
    filled = [
        word.replace("CUT", str(place.cut)) if "CUT" in word else word.replace("FOLDER", str(place.folder))
        for word in words
    ]
    result = CliRunner().invoke(main.app, filled)
    assert caught, f"{filled} did not fail: {result.output}"
    error = caught[0]
    assert "Traceback" not in result.stderr
    for text in (error.message, error.hint):
        assert " ".join(text.split()) in " ".join(result.stderr.split())
    return _outcome("command", error, exit_code=result.exit_code)


def call(attempt: Callable[[Place], object]) -> Callable[[Place], Outcome]:
    """Use the Python API."""
    return lambda place: _outcome("library", _raised(place, attempt))


def served(attempt: Callable[[Place], object]) -> Callable[[Place], Outcome]:
    """Use a client against something on a real socket; the status is the one that was on the wire."""

    def provoke(place: Place) -> Outcome:
        error = _raised(place, attempt)
        cause = error.__cause__
        wire = cause.code().name if isinstance(cause, grpc.RpcError) and isinstance(cause, grpc.Call) else ""
        return _outcome("server", error, wire=wire)

    return provoke


def _raised(place: Place, attempt: Callable[[Place], object]) -> TemptrackError:
    with pytest.raises(TemptrackError) as caught:
        attempt(place)
    return caught.value


def _outcome(way: str, error: TemptrackError, *, exit_code: int | None = None, wire: str = "") -> Outcome:
    kind = next(parent for parent in type(error).__mro__ if parent in STATUS_OF_ERROR)
    return Outcome(
        way=way,
        reason=error.reason,
        message=error.message,
        hint=error.hint,
        exit_code=str(error.exit_code if exit_code is None else exit_code),
        grpc_status=wire or STATUS_OF_ERROR[kind].name,
    )
