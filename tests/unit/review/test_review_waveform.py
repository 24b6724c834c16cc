import re

from hypothesis import given
from hypothesis import strategies as st

from temptrack.review.waveform import HEIGHT, WIDTH, outline


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", path)]


@given(st.lists(st.floats(0, 1), max_size=2000))
def test_an_outline_stays_in_its_box_and_is_mirrored(peaks: list[float]) -> None:
    found = points(outline(peaks))
    upper, lower = found[: len(found) // 2], found[len(found) // 2 :][::-1]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in found)
    assert [x for x, _ in upper] == [x for x, _ in lower]
    assert all(abs(top + bottom - HEIGHT) < 0.11 for (_, top), (_, bottom) in zip(upper, lower, strict=True))


def test_the_loudest_part_fills_the_height_however_quiet_the_track() -> None:
    quiet = points(outline([0.05] * 100 + [0.1] * 100))
    assert min(y for _, y in quiet) == 0
    assert max(y for _, y in quiet) == HEIGHT


def test_silence_is_a_thin_line() -> None:
    assert {y for _, y in points(outline([0.0] * 50))} == {y for _, y in points(outline([]))}
    assert max(abs(y - HEIGHT / 2) for _, y in points(outline([]))) < 1
