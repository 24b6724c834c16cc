"""What an admin reads out of audit logs is what lies on the timelines, whatever happened on the way."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from temptrack.batch.reporting import Reporting
from temptrack.errors import NotSupported, Unavailable
from temptrack.suggest.cue_report import CueReport

State = Literal["up", "deaf", "away", "older", "killed"]
Music = tuple[str, int]
Run = tuple[list[Music], list[State]]
states = st.sampled_from(["up", "deaf", "away", "older", "killed"])
music = st.tuples(st.sampled_from("abc"), st.integers(0, 1))
runs = st.lists(st.tuples(st.lists(music, max_size=4), st.lists(states, max_size=6)), max_size=5)


class Killed(BaseException):
    """The process ended."""


@dataclass
class Studio:
    """A library on a server that writes down what it hears, and does not remember what it wrote."""

    states: list[State] = field(default_factory=list)
    server: str = "studio:7353"
    log: list[CueReport] = field(default_factory=list)

    def report_cue(self, report: CueReport) -> bool:
        state = self.states.pop(0) if self.states else "up"
        if state == "older":
            raise NotSupported("It knows no reports.")
        if state == "away":
            raise Unavailable("Nobody answers.")
        self.log.append(report)
        if state == "deaf":
            raise Unavailable("Socket closed.")
        if state == "killed":
            raise Killed
        return True


def tell(folder: Path, studio: Studio, placed: list[Music]) -> Reporting:
    libraries: Mapping[str, Any] = {"stock": studio}
    reporting = Reporting(folder, libraries)
    reports = [
        CueReport(
            library="stock",
            track_id=track,
            action="inserted",
            record_start_s=Fraction(start * 1001, 24000),
            record_duration_s=Fraction(10),
        )
        for track, start in placed
    ]
    with suppress(Killed):
        reporting.tell(folder / "timelines" / "cut.otio", reports)
    return reporting


def in_use(log: list[CueReport]) -> Counter[Music]:
    use: Counter[Music] = Counter()
    for report in {report.id: report for report in log}.values():
        key = report.track_id, int(report.record_start_s * 24000 / 1001)
        use[key] += 1 if report.action == "inserted" else -1
    assert min(use.values(), default=0) >= 0
    return +use


@settings(max_examples=60)  # files are written to the disk for each
@given(runs, st.lists(music, max_size=4))
def test_in_the_end_the_log_says_what_lies_on_the_timeline(disturbed: list[Run], last: list[Music]) -> None:
    with TemporaryDirectory() as name:
        folder, studio = Path(name), Studio()
        for placed, studio.states in disturbed:
            tell(folder, studio, placed)
        studio.states = []
        assert tell(folder, studio, last).untold == 0
        assert in_use(studio.log) == Counter(last)
        lines = len(studio.log)
        assert tell(folder, studio, last).told == 0
        assert len(studio.log) == lines


@settings(max_examples=30)
@given(st.lists(st.lists(music, max_size=4), min_size=1, max_size=5))
def test_a_server_that_answers_hears_nothing_twice(undisturbed: list[list[Music]]) -> None:
    with TemporaryDirectory() as name:
        studio = Studio()
        for placed in undisturbed:
            assert tell(Path(name), studio, placed).notes == []
        assert len({report.id for report in studio.log}) == len(studio.log)
        assert in_use(studio.log) == Counter(undisturbed[-1])
