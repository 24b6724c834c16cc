"""A library follows its folders while somebody works in them."""

from pathlib import Path
from threading import Event

from support import tones
from support.fake_bundle import FakeBundle
from temptrack.library.store import LibraryStore
from temptrack.library.watch import watch_folders


def test_new_and_lost_files_are_followed_until_stopped(tmp_path: Path) -> None:
    store = LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    music = tmp_path / "music"
    first = tones.write_audio(music / "a.wav", tones.tone(300.0, 0.5))
    staged = tones.write_audio(tmp_path / "staged.wav", tones.tone(400.0, 0.5))
    stop = Event()
    reports = watch_folders(store, [music], FakeBundle, stop=stop, workers=0, prune=True, settle_ms=100)
    assert next(reports).added == 1
    # Renaming is one change; a file being written would be several.
    staged.rename(music / "b.wav")
    assert next(reports).added == 1
    first.unlink()
    assert next(reports).removed == 1
    stop.set()
    assert next(reports, None) is None
    assert [Path(track.path).name for track in store.reader().tracks()] == ["b.wav"]
