from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.films import Shot, make_film, moving, numbered
from support.resolve_double import Application
from support.tones import music, write_audio
from temptrack.cli.main import app as command

MakeApp = Callable[..., Application]


@pytest.fixture
def make_app() -> Iterator[MakeApp]:
    """Makes a Resolve; at the end nothing undocumented may have been asked of any."""
    made: list[Application] = []

    def make(version: tuple[int, int, int] = (20, 3, 0), *, studio: bool = True) -> Application:
        made.append(Application(version, studio=studio))
        return made[-1]

    yield make
    assert [name for app in made for name in app.undocumented] == []


@pytest.fixture(scope="session")
def library_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of three composed tracks, indexed with the bundle that ships."""
    folder = tmp_path_factory.mktemp("library")
    for number, title in enumerate(("Slow Morning", "Night Bus", "The Chase")):
        tags = {"title": title, "artist": "Ada", "copyright": "CC0 1.0"}
        sound = music(30.0, bpm=80 + 30 * number, seed=number)
        write_audio(folder / "tunes" / f"{number}.flac", sound, tags=tags)
    home = folder / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPTRACK_HOME", str(home))
        for words in (["create", "stock"], ["index", "stock", str(folder / "tunes"), "--workers", "0"]):
            result = CliRunner().invoke(command, ["library", *words])
            assert result.exit_code == 0, result.output
    return home


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_film(tmp_path / "film.mp4", [Shot(moving(1), 250), Shot(numbered(), 250)], rate=25)
