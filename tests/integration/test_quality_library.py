"""The benchmark's library answers as one that was indexed, from what an encoder heard before."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from benchmarks.quality.hearing import Listener
from benchmarks.quality.music import find_music, library_of
from benchmarks.quality.words import as_files_are, ask_suggester, blind

from support.tones import music, write_audio
from temptrack import home
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for

TRACKS = {"games/snowy_mountain.wav": (25.0, 80, 1), "games/haunted_house.wav": (12.0, 150, 2)}
PROMPTS = ["a haunted house", "snow in the mountains"]


@pytest.fixture(name="folder")
def make_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(home.ENVIRONMENT_VARIABLE, str(tmp_path / "home"))
    folder = tmp_path / "music"
    for name, (seconds, bpm, seed) in TRACKS.items():
        path = folder / "music" / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_audio(path, music(seconds, bpm=bpm, seed=seed))
    facts = {"version": "1", "calibration": False, "tracks": sorted(TRACKS)}
    other = {"version": "1", "calibration": True, "tracks": ["x.ogg"]}
    (folder / "packages.json").write_text(json.dumps({"pack": facts, "tuned": other}))
    return folder


def test_it_ranks_as_the_product_does_after_indexing_the_same_files(folder: Path, tmp_path: Path) -> None:
    found = find_music(folder)
    assert [track.key for track in found.tracks] == [f"pack/{name}" for name in sorted(TRACKS)]
    assert [track.package for track in find_music(folder, development=True).tracks] == ["tuned"]
    bundle = load_bundle(device="cpu", threads=1)
    listener = Listener(bundle, tmp_path / "kept")
    heard = {track.key: listener.hear(found.path_of(track)) for track in found.tracks}
    # Made twice: what an earlier run left must not be asked.
    reader = [library_of(found, bundle, heard) for _ in range(2)][-1]
    store = LibraryStore.create("indexed", bundle_id=bundle.id, bundle_digest=bundle.digest)
    index_folders(
        store,
        [folder / "music" / "pack"],
        partial(load_bundle, device="cpu", threads=1),
        workers=0,
    )
    indexed = store.reader()
    for ours, theirs in zip(reader.tracks(), indexed.tracks(), strict=True):
        assert ours.path == theirs.path
        # Decoded straight to the encoder's rate here, by way of 32 kHz there.
        assert float(reader.embedding(ours.id) @ indexed.embedding(theirs.id)) > 0.99
        assert reader.detail(ours.id).words == indexed.detail(theirs.id).words
        assert reader.detail(ours.id).windows.shape == indexed.detail(theirs.id).windows.shape
    engine = engine_for(bundle)
    answers = ask_suggester(engine, reader.info.name, bundle.id, PROMPTS, found.key_of)
    assert set(answers) == {blind(bundle.id), as_files_are(bundle.id)}
    named = answers[as_files_are(bundle.id)]
    assert named["a haunted house"][0] == ("pack/games/haunted_house.wav",)
    assert named["snow in the mountains"][0] == ("pack/games/snowy_mountain.wav",)
    order = {tuple(np.ravel(answers[blind(bundle.id)][prompt])) for prompt in PROMPTS}
    assert all(len(keys) == len(TRACKS) for keys in order)
