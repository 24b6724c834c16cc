"""The studio's part of the page says what its results say."""

import json
from pathlib import Path

import pytest
from benchmarks.page import README
from benchmarks.speed.measure import RESULTS
from benchmarks.studio.page import tables, with_studio


def test_the_page_says_what_the_results_of_the_studio_say() -> None:
    page = README.read_text(encoding="utf-8")
    assert page == with_studio(page)


def test_every_result_of_the_studio_says_what_it_was_measured_on() -> None:
    for path in RESULTS.glob("studio-*.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        assert result["benchmark"] == path.stem
        assert len(result["commit"]) == 40
        assert result["machine"]["cores"] > 0


def written(folder: Path, name: str, **figures: object) -> None:
    document = {
        "measured_at": "2026-01-01T00:00:00+00:00",
        "commit": "0" * 40,
        "machine": {"cores": 2, "cpu": "a processor"},
        "load": {"before": 0.1, "after": 0.2},
        "what": {"seats": 64},
        **figures,
    }
    (folder / f"studio-{name}.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("grows", [True, False])
def test_wrong_answers_lost_calls_and_leaks_stand_in_the_table(tmp_path: Path, grows: bool) -> None:
    phase = {
        "calls": {"let be": 9, "cancelled": 1},
        "ended": {"let be: OK": 8, "cancelled: CANCELLED": 1},
        "lost": 1,
        "wrong": 2,
        "checked": 8,
        "equal_to_the_last_bit": 6,
        "faults": 3,
        "most": {"waiting": 5},
        "latency_ms": {"suggest": {"p50": 500.0, "p95": 1500.0, "p99": 2500.0}},
    }
    memory = {
        "grows": grows,
        "slope_mb_a_minute": 1.5,
        "interval_95": [1.0, 2.0],
        "blocks_mb": [500.0, 503.0, 507.5],
    }
    written(tmp_path, "load", phases={"without pauses": phase}, memory=memory)
    table = tables(tmp_path)
    for line in (
        "| without pauses: calls | 10 |",
        "| without pauses: wrong answers | 2 |",
        "| without pauses: calls without an end | 1 |",
        "| without pauses: calls that ended as they may not | 3 |",
        "| without pauses: suggest, p50 / p95 / p99, s | 0.50 / 1.50 / 2.50 |",
        f"| memory grows beyond noise | {'yes' if grows else 'no'} |",
    ):
        assert line in table


def test_a_result_that_is_not_there_leaves_no_table(tmp_path: Path) -> None:
    assert tables(tmp_path) == ""
