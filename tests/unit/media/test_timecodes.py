from fractions import Fraction
from pathlib import Path

import pytest

from support.films import Shot, make_film, make_still, numbered
from support.tones import tone, write_audio
from temptrack.media.timecodes import start_timecode_s

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("name", "rate", "timecode", "start_s"),
    [
        ("a.mov", 25, "01:00:04:05", Fraction(90105, 25)),
        ("a.mp4", 24, "10:00:00:00", Fraction(36000)),
        ("a.mkv", 25, "00:00:01:00", Fraction(1)),
        ("a.mov", NTSC, "01:00:00;00", Fraction(107892) / NTSC),
        ("a.mov", NTSC, "01:00:00:00", Fraction(108000) / NTSC),
    ],
)
def test_the_timecode_of_the_first_frame_is_read(
    tmp_path: Path, name: str, rate: int | Fraction, timecode: str, start_s: Fraction
) -> None:
    film = make_film(tmp_path / name, [Shot(numbered(), 10)], rate=rate, timecode=timecode)
    assert start_timecode_s(film) == start_s


def test_files_without_timecode_have_none(tmp_path: Path) -> None:
    (tmp_path / "broken.mov").write_bytes(b"no film " * 50)
    files = [
        make_film(tmp_path / "plain.mp4", [Shot(numbered(), 10)]),
        make_still(tmp_path / "still.png"),
        write_audio(tmp_path / "sound.wav", tone(440.0, 0.2)),
        tmp_path / "broken.mov",
        tmp_path / "nowhere.mov",
    ]
    assert [start_timecode_s(file) for file in files] == [None] * 5
