from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from temptrack.errors import InvalidRequest
from temptrack.seat.filters import length_range, tempo_range, track_filter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90-120", (90.0, 120.0)),
        (" 90 - 120 ", (90.0, 120.0)),
        ("92.5-", (92.5, None)),
        ("-120", (None, 120.0)),
        ("90\u2013120", (90.0, 120.0)),
        ("100", (97.0, 103.0)),
    ],
)
def test_a_tempo_range_is_read_as_it_is_typed(text: str, expected: tuple[float | None, float | None]) -> None:
    assert tempo_range(text) == expected


@pytest.mark.parametrize(
    "text", ["", "-", "fast", "120-90", "90-120-140", "90..120", "-90-120", "nan", "1e3"]
)
def test_what_is_no_tempo_range_is_refused_with_a_way_to_say_it(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        tempo_range(text)
    assert f"'{text}'" in refused.value.message
    assert "90-120" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1:30-4:00", (90.0, 240.0)),
        ("90-240", (90.0, 240.0)),
        ("2:00-", (120.0, None)),
        ("-4:00", (None, 240.0)),
        ("1:02:03-", (3723.0, None)),
    ],
)
def test_a_length_range_is_read_in_minutes_or_seconds(
    text: str, expected: tuple[float | None, float | None]
) -> None:
    assert length_range(text) == expected


@pytest.mark.parametrize("text", ["2:00", "", "-", "4:00-1:30", "one minute"])
def test_what_is_no_length_range_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        length_range(text)
    assert refused.value.reason == "BAD_RANGE"


@given(low=st.integers(0, 400), high=st.integers(0, 400))
def test_a_range_either_holds_its_ends_or_runs_backwards(low: int, high: int) -> None:
    if low <= high:
        assert tempo_range(f"{low}-{high}") == (low, high)
    else:
        with pytest.raises(InvalidRequest):
            tempo_range(f"{low}-{high}")


def test_all_options_reach_the_filter() -> None:
    where = track_filter(
        bpm="90-120",
        length="-4:00",
        key="am",
        vocals=False,
        tags=["Piano, sad", "slow"],
        tags_not=["Drums"],
        licences=["CC0-1.0"],
        licences_not=["unknown"],
        folder=Path("/music"),
    )
    assert where.model_dump(exclude_defaults=True) == {
        "tempo_min_bpm": 90.0,
        "tempo_max_bpm": 120.0,
        "duration_max_s": 240.0,
        "key": "A minor",
        "vocals": False,
        "tags_all": ("piano", "sad", "slow"),
        "tags_none": ("drums",),
        "licences": ("CC0-1.0",),
        "licences_not": ("unknown",),
        "folder": "/music",
    }


def test_without_options_every_track_passes() -> None:
    assert track_filter().model_dump(exclude_defaults=True) == {}
