"""Whatever strangers send ends in a value or in an error with a reason, and nothing is written elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from support.fuzzing.inputs import inputs_of, samples_of, seeds_of
from support.fuzzing.judge import EscapedError, Judge, judging
from support.fuzzing.target import Reader, Target
from support.fuzzing.targets import TARGETS
from support.reference import reference_data
from temptrack.errors import InvalidRequest, TemptrackError

_SLOW = {"calls": 25, "otio": 40, "otioz": 30, "foreign": 15}
"""Examples of targets that take milliseconds and more an input."""


@pytest.fixture(params=sorted(TARGETS))
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


@pytest.fixture
def judge(target: Target, tmp_path: Path, own_home: Path) -> Iterator[Judge]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with judging(target, scratch) as opened:
        yield opened


def test_seeds_and_kept_inputs_end_well(target: Target, judge: Judge) -> None:
    for data in seeds_of(target):
        judge.judge(data)


@pytest.mark.reference
def test_timelines_of_other_programs_end_well(tmp_path: Path) -> None:
    samples = samples_of(TARGETS["otio"], reference_data())
    assert len(samples) > 5
    with judging(TARGETS["otio"], tmp_path) as judge:
        for data in samples:
            judge.judge(data)


def reading(reader: Reader) -> Target:
    @contextmanager
    def opened(_scratch: Path) -> Iterator[Reader]:
        yield reader

    return Target("double", opened, lambda: [b""])


@pytest.mark.parametrize(
    ("reader", "signature"),
    [
        (lambda data: data[9], "IndexError"),
        (lambda _data: (_ for _ in ()).throw(TemptrackError("a bug")), "TemptrackError"),
        (lambda _data: Path("/nowhere/made").mkdir(), "os.mkdir"),
        (lambda _data: Path("/nowhere/removed").unlink(missing_ok=True), "os.remove"),
        (lambda _data: Path("/nowhere/written").write_bytes(b""), "open"),
    ],
    ids=["exception", "bug", "made", "removed", "written"],
)
def test_what_must_not_happen_is_noticed(reader: Reader, signature: str, tmp_path: Path) -> None:
    with judging(reading(reader), tmp_path) as judge, pytest.raises(EscapedError) as escaped:
        judge.judge(b"")
    assert escaped.value.signature.startswith(signature)


def test_an_error_of_ours_is_an_outcome(tmp_path: Path) -> None:
    def refuse(_data: bytes) -> object:
        raise InvalidRequest("no", reason="NO_SUCH_THING")

    with judging(reading(refuse), tmp_path) as judge:
        assert judge.judge(b"") == "NO_SUCH_THING"


def test_changed_inputs_end_well(target: Target, judge: Judge) -> None:
    @settings(
        max_examples=_SLOW.get(target.name, 150),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(inputs_of(target))
    def ends_well(data: bytes) -> None:
        judge.judge(data)

    ends_well()
