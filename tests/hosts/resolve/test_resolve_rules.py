"""What the plugin works out by itself, held against what the program does for files."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from davinci.temptrack_resolve import entries, remedies, settings
from davinci.temptrack_resolve.cues import cue_id_of, file_name, new_cue_id
from davinci.temptrack_resolve.panel.problems import PanelError
from davinci.temptrack_resolve.timecode import exact_rate, length_in_media, timecode_of
from temptrack.timeline.placed_music import is_placed_music
from temptrack.timeline.timecode import timecode_from_frames

NTSC = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}
RATES = [Fraction(24), Fraction(25), Fraction(30), Fraction(50), Fraction(60), *NTSC.values()]


@how(deadline=None)
@given(frame=st.integers(0, 10_000_000), rate=st.sampled_from(RATES), drop=st.booleans())
def test_timecode_is_spelled_as_everywhere_else(frame: int, rate: Fraction, drop: bool) -> None:
    drop = drop and rate in (NTSC["29.97"], NTSC["59.94"])
    assert timecode_of(frame, rate, drop) == timecode_from_frames(frame, rate, drop_frame=drop)


@pytest.mark.parametrize(
    ("spelled", "rate"),
    [*NTSC.items(), (23.976, NTSC["23.976"]), (24.0, Fraction(24)), ("25", Fraction(25)), (25, Fraction(25)),
     ("29.97 DF", NTSC["29.97"]), ("47.952", Fraction(48000, 1001)), ("12.5", Fraction(25, 2))],
)  # fmt: skip
def test_rates_are_exact(spelled: str | float, rate: Fraction) -> None:
    assert exact_rate(spelled) == rate


@how(deadline=None)
@given(frames=st.integers(1, 100_000), timeline=st.sampled_from(RATES), media=st.sampled_from(RATES))
def test_a_length_in_media_never_reaches_over(frames: int, timeline: Fraction, media: Fraction) -> None:
    shown = length_in_media(frames, timeline, media) * timeline // media
    assert shown <= frames
    assert frames - shown <= timeline / media + 1
    if timeline == media:
        assert shown == frames


@how(deadline=None)
@given(title=st.text(max_size=200))
def test_names_of_files_are_valid_everywhere_and_lead_back(title: str) -> None:
    cue_id = new_cue_id()
    for number in (1, 12):
        name = file_name(title.encode("utf-8", "ignore").decode(), cue_id, number)
        assert cue_id_of(Path(name)) == cue_id
        assert is_placed_music(Path(name)), "music that the companion would take for speech"
        assert not set(name) & set('<>:"/\\|?*\x00\n')
        assert len(name.encode("utf-8")) <= 255 or len(title) > 40


@pytest.mark.parametrize("name", ["song.wav", "a [temptrack-zz].wav", "x [temptrack-0123456789ab].mp3", ""])
def test_other_files_are_nobodys_of_ours(name: str) -> None:
    assert cue_id_of(Path(name)) == ""
    assert not is_placed_music(Path(name))
    assert cue_id_of(None) == ""


def test_filters_are_read_as_they_are_typed() -> None:
    read = entries.filters_of(
        tempo="90-120",
        length="-240",
        key=" A minor ",
        tags="piano, calm,",
        vocals="Instrumental",
        licensed_only=True,
    )
    assert read == {
        "tempo_min_bpm": 90.0,
        "tempo_max_bpm": 120.0,
        "duration_max_s": 240.0,
        "key": "A minor",
        "tags_all": ["piano", "calm"],
        "vocals": False,
        "licences_not": ["unknown"],
    }
    assert entries.filters_of() == {}
    for wrong in ("fast", "-", "1-2-3"):
        with pytest.raises(PanelError) as caught:
            entries.filters_of(tempo=wrong)
        assert caught.value.problem.reason == "FILTER_NOT_READ"


def test_settings_come_back_as_they_were_saved_for_the_users_eyes_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "resolve.json"
    assert settings.load(path) == settings.Settings()
    chosen = settings.Settings(library="stock", token="secret", target_lufs=None, path_map=(("/a", "/b"),))
    settings.save(chosen, path)
    assert settings.load(path) == chosen
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["resolve.json"]


def test_settings_that_cannot_be_saved_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PanelError) as caught:
        settings.save(settings.Settings(), tmp_path / "file" / "resolve.json")
    assert caught.value.problem.reason == "SETTINGS_NOT_SAVED"


@pytest.mark.parametrize(
    "text", ["[", "[]", '{"limit": "ten"}', '{"path_map": [1]}', '{"fade_in_frames": true}']
)
def test_settings_that_cannot_be_read_are_said_with_their_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "resolve.json"
    path.write_text(text)
    with pytest.raises(PanelError) as caught:
        settings.load(path)
    assert caught.value.problem.reason == "SETTINGS_BROKEN"
    assert str(path) in caught.value.problem.sentence


def test_a_hand_written_whole_number_does_for_seconds(tmp_path: Path) -> None:
    path = tmp_path / "resolve.json"
    path.write_text('{"fade_out_s": 2, "unknown_one": 1, "target_lufs": -23}')
    assert settings.load(path) == settings.Settings(fade_out_s=2, target_lufs=-23)


def test_every_problem_the_plugin_names_has_a_remedy() -> None:
    folder = Path(remedies.__file__).parent
    code = "".join(path.read_text() for path in [*folder.glob("*.py"), *folder.glob("resolve_api/*.py")])
    named = set(re.findall(r'(?:failure|resolve_problem)\(\s*"([A-Z_]+)"', code))
    assert set(remedies.RESOLVE_REMEDIES) <= named, "a remedy that nothing needs"
    for reason in named:
        told = remedies.resolve_problem(reason, "this")
        assert told.sentence.endswith(".")
        assert told.next_step.endswith(".")
        assert "{" not in told.sentence
