"""Whatever strangers send ends in a value or in an error with a reason, and nothing is written elsewhere."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from support.fuzzing.inputs import inputs_of, seeds_of
from support.fuzzing.judge import Judge, judging
from support.fuzzing.target import Target
from support.fuzzing.targets import TARGETS

_SLOW = {"calls": 25, "otio": 40, "otioz": 30, "foreign": 15}
"""Examples of targets that take milliseconds and more an input."""


@pytest.fixture(scope="module", params=sorted(TARGETS))
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


@pytest.fixture(scope="module")
def judge(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with judging(target, tmp_path_factory.mktemp(f"fuzz-{target.name}")) as opened:
        yield opened


def test_seeds_and_kept_inputs_end_well(target: Target, judge: Judge) -> None:
    for data in seeds_of(target):
        judge.judge(data)


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
