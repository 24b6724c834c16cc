"""The capacity guide says what the results say, by formulas that hold."""

import re

import pytest
from benchmarks.capacity import (
    BUSY,
    FRAMES_A_SEGMENT,
    GUIDE,
    PROMPTS_A_MINUTE,
    SEGMENTS_A_MINUTE,
    Measured,
    with_figures,
)

MEASURED = Measured.read()


def test_the_guide_says_what_the_results_say() -> None:
    page = GUIDE.read_text(encoding="utf-8")
    assert page == with_figures(page)
    assert page.count("made by `python -m benchmarks.capacity`") == 5


def test_the_formula_of_the_guide_gives_its_seats() -> None:
    formula = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert formula
    for cores, tracks in ((2, 100_000), (16, 1_000_000)):
        values = {
            "prompts_a_minute": PROMPTS_A_MINUTE,
            "segments_a_minute": SEGMENTS_A_MINUTE,
            "frames_a_segment": FRAMES_A_SEGMENT,
            "prompt_s": MEASURED.prompt_s(tracks),
            "frame_core_s": MEASURED.frame_core_s,
            "cores": cores,
            "busy": BUSY,
        }
        exec(formula[1], values)
        assert values["seats"] == MEASURED.seats(cores, tracks) > 0


def test_what_was_measured_comes_back_from_the_formulas() -> None:
    size = MEASURED.tracks
    assert MEASURED.prompt_s(MEASURED.prompt_tracks) == MEASURED.prompt_core_s
    assert MEASURED.search_s(size) >= size * MEASURED.product_s
    assert 4 * MEASURED.dim * size / 1e9 / (size * MEASURED.product_s) == pytest.approx(
        MEASURED.scan_gb_s, rel=0.01
    )


def test_memory_holds_the_vectors_and_names_and_no_second_copy() -> None:
    vectors_gb = MEASURED.tracks * 8 * MEASURED.dim / 1e9
    assert vectors_gb < MEASURED.memory_gb(MEASURED.tracks) < 2 * vectors_gb


def test_every_question_of_a_million_found_what_brute_force_finds() -> None:
    assert MEASURED.tracks == 1_000_000
    page = GUIDE.read_text(encoding="utf-8")
    assert len(re.findall(r"found \| 100 % \|", page)) == 2
