"""A library whose bundle is no longer on this machine: every way in says so, and reindexing mends it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.fake_bundle import FakeBundle
from support.tones import music, write_audio
from temptrack.api.library import open_library
from temptrack.cli.main import app
from temptrack.companion.engines import LocalEngines
from temptrack.errors import NotReady
from temptrack.home import DEFAULT_BUNDLE
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore
from temptrack.suggest.types import Query


@pytest.fixture
def tunes(tmp_path: Path, own_home: Path) -> Path:
    """Music that was indexed with a bundle nobody has."""
    del own_home
    tune = music(12.0, bpm=90, seed=1)
    folder = write_audio(tmp_path / "tunes" / "lake.flac", tune, tags={"title": "Lake"}).parent
    bundle = FakeBundle()
    store = LibraryStore.create("stock", bundle_id=bundle.id, bundle_digest=bundle.digest)
    assert index_folders(store, [folder], FakeBundle, workers=0).added == 1
    return folder


def ask_companion(_tunes: Path) -> None:
    with LocalEngines().suggester("stock") as suggester:
        suggester.suggest(Query(library="stock", prompt="calm"))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda _tunes: open_library("stock").suggest(prompt="calm"),
        lambda tunes: open_library("stock").index([tunes], workers=0),
        ask_companion,
    ],
    ids=["suggest", "index", "companion"],
)
def test_it_is_said_with_the_command_that_mends_it(tunes: Path, attempt: Callable[[Path], object]) -> None:
    with pytest.raises(NotReady, match="indexed with bundle fake-0, which is not on this machine") as caught:
        attempt(tunes)
    assert caught.value.reason == "BUNDLE_MISMATCH"
    assert f"`temptrack library reindex stock` to index it with {DEFAULT_BUNDLE}" in caught.value.hint


def test_doctor_names_it_and_reindexing_mends_it(tunes: Path) -> None:
    found = CliRunner().invoke(app, ["doctor"])
    assert found.exit_code == 4
    assert "temptrack library reindex stock" in " ".join(found.output.split())
    done = CliRunner().invoke(app, ["library", "reindex", "stock", "--workers", "0"])
    assert done.exit_code == 0, done.output
    library = open_library("stock")
    assert library.info().bundle_id == DEFAULT_BUNDLE
    assert [each.track.title for each in library.suggest(prompt="calm").suggestions] == ["Lake"]
    assert "Everything works" in CliRunner().invoke(app, ["doctor"]).output
