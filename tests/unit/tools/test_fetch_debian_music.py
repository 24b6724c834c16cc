import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.tones import music, write_audio

TOOL = Path(__file__).parents[3] / "tools" / "fetch_debian_music.py"


def unpack(shelf: Path, package: str, version: str = "1.2-3") -> Path:
    documents = shelf / package / "usr" / "share" / "doc" / package
    documents.mkdir(parents=True)
    (documents / "copyright").write_text("License: CC0-1.0\n")
    with gzip.open(documents / "changelog.Debian.gz", "wt") as changelog:
        changelog.write(f"{package} ({version}) unstable; urgency=medium\n")
    return shelf / package


def fetch(target: Path, shelf: Path, *packages: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    only = [word for package in packages for word in ("--only", package)]
    done = subprocess.run(
        [sys.executable, TOOL, "--to", target, "--unpacked", shelf, "--offline", *only],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(name="shelf")
def make_shelf(tmp_path: Path) -> Path:
    shelf = tmp_path / "shelf"
    songs = unpack(shelf, "drascula-music") / "usr/share/scummvm/drascula/audio"
    write_audio(songs / "track1.ogg", music(21.0, bpm=100, seed=1))
    write_audio(songs / "track2.ogg", music(5.0, bpm=100, seed=2))
    (songs / "track3.ogg").symlink_to("track1.ogg")
    (songs / "track4.ogg").write_bytes((songs / "track1.ogg").read_bytes())
    (songs / "readme.txt").write_text("not music")
    return shelf


def test_long_music_is_kept_once_with_its_copyright(shelf: Path, tmp_path: Path) -> None:
    target = tmp_path / "music"
    fetch(target, shelf, "drascula-music")
    kept = json.loads((target / "packages.json").read_text())["drascula-music"]
    assert kept["version"] == "1.2-3"
    assert kept["tracks"] == ["usr/share/scummvm/drascula/audio/track1.ogg"]
    found = [path for path in (target / "music").rglob("*") if path.is_file()]
    assert found == [target / "music" / "drascula-music" / kept["tracks"][0]]
    assert (target / "copyright" / "drascula-music").read_text() == "License: CC0-1.0\n"
    assert (shelf / "drascula-music").is_dir()


def test_music_inside_game_archives_is_found(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    data = unpack(shelf, "nexuiz-music") / "usr/share/games/nexuiz/data"
    data.mkdir(parents=True)
    write_audio(tmp_path / "song.ogg", music(21.0, bpm=100, seed=1))
    with zipfile.ZipFile(data / "music.pk3", "w") as archive:
        archive.write(tmp_path / "song.ogg", "sound/cdtracks/song.ogg")
        archive.writestr("sound/readme.txt", "not music")
    fetch(tmp_path / "music", shelf, "nexuiz-music")
    kept = json.loads((tmp_path / "music" / "packages.json").read_text())["nexuiz-music"]
    assert kept["tracks"] == ["usr/share/games/nexuiz/data/sound/cdtracks/song.ogg"]


def test_what_is_there_is_not_fetched_again_and_what_was_lost_is(shelf: Path, tmp_path: Path) -> None:
    target = tmp_path / "music"
    fetch(target, shelf, "drascula-music")
    again = fetch(target, tmp_path / "empty", "drascula-music")
    assert again.stdout.startswith("1 tracks of 1 packages")
    next((target / "music").rglob("*.ogg")).unlink()
    fetch(target, tmp_path / "empty", "drascula-music", code=1)
    fetch(target, shelf, "drascula-music")
    assert len(list((target / "music").rglob("*.ogg"))) == 1


def test_a_package_that_cannot_be_had_is_named_and_the_rest_is_kept(shelf: Path, tmp_path: Path) -> None:
    done = fetch(tmp_path / "music", shelf, "drascula-music", "asc-music", code=1)
    assert "asc-music" in done.stderr
    assert set(json.loads((tmp_path / "music" / "packages.json").read_text())) == {"drascula-music"}
