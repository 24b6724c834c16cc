"""The way of the free edition: a timeline out by hand, the command line, the result in by hand."""

from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hosts.resolve.conftest import MakeApp
from support.reference import reference_data
from support.resolve_double import Cut, simple_cut
from support.resolve_double.otio_export import write_otio
from support.resolve_double.otio_import import read_otio
from temptrack.cli.main import app as command


def items(cut: Cut) -> list[tuple[str, str, int, int, str]]:
    return [
        (kind, lane.name, item.start, item.end, str(item.media.path) if item.media else "")
        for kind in ("video", "audio")
        for lane in cut.lanes[kind]
        for item in lane.items
    ]


@pytest.mark.parametrize(
    ("rate", "start", "drop_frame"),
    [
        (Fraction(24000, 1001), 86400, False),
        (Fraction(25), 0, False),
        (Fraction(30000, 1001), 107892, True),
        (Fraction(60000, 1001), 2160000, False),
    ],
    ids=["23.976", "25", "29.97df", "59.94"],
)
def test_music_comes_back_at_its_frames_and_everything_else_as_it_was(
    make_app: MakeApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    library_home: Path,
    film: Path,
    rate: Fraction,
    start: int,
    drop_frame: bool,
) -> None:
    monkeypatch.setenv("TEMPTRACK_HOME", str(library_home))
    app = make_app((21, 1, 0), studio=False)
    cut = simple_cut(app, rate=rate, start=start, drop_frame=drop_frame, film=film)
    out, back = tmp_path / "CUT.otio", tmp_path / "WITH_MUSIC.otio"
    write_otio(cut, out)
    asked = ["suggest", str(out), "--library", "stock", "--prompt", "calm piano"]
    done = CliRunner().invoke(command, [*asked, "--insert", "1", "-o", str(back)])
    assert done.exit_code == 0, done.output

    imported = read_otio(back)
    assert imported is not None
    assert (imported.start, imported.rate) == (start, rate)
    music = imported.lanes["audio"][-1]
    assert (music.name, music.sub_type) == ("Temptrack", "stereo")
    assert [(item.start, item.end) for item in music.items] == [(cut.start, cut.end)]
    imported.lanes["audio"].remove(music)
    assert items(imported) == items(cut)


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ('"Clip.2"', '"Clip.1"'),
        ('"media_references"', '"media_reference"'),
        ('"active_media_reference_key": "DEFAULT_MEDIA"', '"active_media_reference_key": "OTHER"'),
        ('"global_start_time"', '"start"'),
        ('"enabled"', '"on"'),
        ('"target_url": "/', '"target_url": "file:///'),
    ],
)
def test_the_double_refuses_what_the_host_refuses(
    make_app: MakeApp, tmp_path: Path, film: Path, found: str, instead: str
) -> None:
    path = tmp_path / "cut.otio"
    write_otio(simple_cut(make_app(), film=film), path)
    assert read_otio(path) is not None
    text = path.read_text()
    assert found in text
    path.write_text(text.replace(found, instead))
    assert read_otio(path) is None


@pytest.mark.reference
def test_a_genuine_export_is_taken_by_the_double_and_comes_back_with_music(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_home: Path
) -> None:
    """The one export of the real host at hand: it shows that the double refuses no more than it should."""
    monkeypatch.setenv("TEMPTRACK_HOME", str(library_home))
    genuine = reference_data() / "otio_samples" / "otio_effects.otio"
    before = read_otio(genuine)
    assert before is not None
    assert (len(before.lanes["video"]), len(before.lanes["audio"]), before.start) == (8, 11, 86400)
    back = tmp_path / "WITH_MUSIC.otio"
    asked = ["suggest", str(genuine), "--library", "stock", "--prompt", "calm piano"]
    done = CliRunner().invoke(command, [*asked, "--insert", "1", "-o", str(back)])
    assert done.exit_code == 0, done.output
    after = read_otio(back)
    assert after is not None
    music = after.lanes["audio"].pop()
    assert (music.name, music.sub_type, len(music.items)) == ("Temptrack", "stereo", 1)
    assert music.items[0].start == 86400
    assert items(after) == items(before)
