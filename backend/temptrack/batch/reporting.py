"""Tells servers which music lies on the timelines of a batch: each cue once, however often the batch goes on.

What is to be told is kept in the folder of the batch, with the id it is told under, before it is sent. So a
server that is away, or a kill, costs nothing but time: the next run sends what no server has confirmed, under
the same ids, and nothing that one has.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from temptrack.api.library import Library
from temptrack.batch.answers import write_whole
from temptrack.errors import DeadlineExceeded, NotSupported, TemptrackError, Unavailable
from temptrack.seat.failures import explain
from temptrack.suggest.cue_report import CueAction, CueReport
from temptrack.timeline.cue import Cue

REPORTED = "reported"
"""Folder of a batch that holds what servers are told of its timelines, a file each."""

_Use = tuple[str, str, Fraction, Fraction]
"""Library, track, start and length: what makes a cue of a timeline the same cue after it was written anew."""


class KeptReport(BaseModel):
    """A report of one cue, and who knows it."""

    model_config = ConfigDict(frozen=True)

    report: CueReport
    known_by: tuple[str, ...] = Field(default=(), description="servers that need not be told, HOST:PORT")

    def known_to(self, server: str) -> "KeptReport":
        """Return the same, known to one more server."""
        return self.model_copy(update={"known_by": (*self.known_by, server)})


_FILE = TypeAdapter(tuple[KeptReport, ...])


def report_of(cue: Cue, *, library: str, track_id: str, timeline: str, query_digest: str) -> CueReport:
    """Return the report of a cue that was placed.

    Args:
        cue: the music as it lies on the timeline.
        library: name of its library.
        track_id: which track of it.
        timeline: name of the timeline.
        query_digest: digest of the question that found it.
    """
    first, last = cue.parts[0].record, cue.parts[-1].record
    return CueReport(
        library=library,
        track_id=track_id,
        action="inserted",
        timeline=timeline,
        record_start_s=first.start_s,
        record_duration_s=Fraction(last.end_frames - first.start_frames) / first.rate,
        query_digest=query_digest,
    )


class Reporting:
    """Tells the servers of a batch's libraries what was placed, in one run.

    Attributes:
        told: reports that stand in a server's audit log since this run.
        untold: reports that could not be given; the next run tries again.
        notes: why not, one sentence a timeline.
    """

    def __init__(self, folder: Path, libraries: Mapping[str, Library]) -> None:
        """Prepare for a batch.

        Args:
            folder: the batch's.
            libraries: by name; those of this machine have nobody to tell.
        """
        self.told = 0
        self.untold = 0
        self.notes: list[str] = []
        self._folder = folder / REPORTED
        self._libraries = libraries
        self._away: dict[str, TemptrackError] = {}

    def tell(self, output: Path, placed: Sequence[CueReport]) -> None:
        """Tell the server what is new on a timeline, and what is gone from it since it was last written.

        Args:
            output: the timeline as it was written.
            placed: all music on it.
        """
        path = self._folder / f"{output.name}.json"
        placed = [each for each in placed if self._server(each) is not None]
        try:
            before = _read(path)
            kept = _brought_up(before, placed)
            if kept != before:
                _write(path, kept)
        except OSError as error:
            # Sent without being kept, it would be sent by the next run as another report.
            self.untold += len(placed)
            self._note(output, [explain(error)])
            return
        sent, problems = self._sent(kept)
        if sent != kept:
            # What is forgotten here is sent again under the same id.
            with suppress(OSError):
                _write(path, sent)
        self._note(output, problems)

    def _sent(self, kept: Sequence[KeptReport]) -> tuple[tuple[KeptReport, ...], list[TemptrackError]]:
        sent, problems = [], []
        for each in kept:
            known, problem = self._one_sent(each)
            sent.append(known)
            if problem is not None:
                problems.append(problem)
                self.untold += known is each
        return tuple(sent), problems

    def _one_sent(self, kept: KeptReport) -> tuple[KeptReport, TemptrackError | None]:
        """Send a report that its server does not know; return it as it is known then, and why it is not."""
        server = self._server(kept.report)
        if server is None or server in kept.known_by:
            return kept, None
        if server in self._away:
            return kept, self._away[server]
        try:
            recorded = self._libraries[kept.report.library].report_cue(kept.report)
        except NotSupported:
            # A server of an older version keeps no account.
            return kept, None
        except TemptrackError as error:
            if isinstance(error, Unavailable | DeadlineExceeded):
                # Each further try would take as long to fail.
                self._away[server] = error
            # Of a track that has left the library no report is ever taken.
            return (kept.known_to(server) if error.reason == "TRACK_NOT_FOUND" else kept), error
        self.told += recorded
        return (kept.known_to(server) if recorded else kept), None

    def _server(self, report: CueReport) -> str | None:
        library = self._libraries.get(report.library)
        return None if library is None else library.server

    def _note(self, output: Path, problems: Sequence[TemptrackError]) -> None:
        if problems:
            self.notes.append(f"{output.name}: the server was not told of its music: {problems[0].message}")


def _brought_up(kept: Sequence[KeptReport], placed: Sequence[CueReport]) -> tuple[KeptReport, ...]:
    """Return reports with those that are to be added: of music that is gone, then of music that is new."""
    standing: Counter[_Use] = Counter()
    for each in kept:
        standing[_use(each.report)] += 1 if each.report.action == "inserted" else -1
    now = Counter(map(_use, placed))
    # What is asked again may be found by another question.
    known = {_use(each.report): each.report for each in kept}
    found = {_use(report): report for report in placed}
    gone = (_anew(known[use], "removed") for use in (standing - now).elements())
    new = (_anew(found[use], "inserted") for use in (now - standing).elements())
    return (*kept, *(KeptReport(report=report) for report in (*gone, *new)))


def _use(report: CueReport) -> _Use:
    return report.library, report.track_id, report.record_start_s, report.record_duration_s


def _anew(report: CueReport, action: CueAction) -> CueReport:
    # Music may lie twice in one place, or come back to it: each time is a report of its own.
    return replace(report, action=action, id=uuid4().hex)


def _read(path: Path) -> tuple[KeptReport, ...]:
    """Return what was kept; a damaged file counts as none."""
    try:
        return _FILE.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return ()


def _write(path: Path, kept: tuple[KeptReport, ...]) -> None:
    write_whole(path, _FILE.dump_json(kept, indent=1))
