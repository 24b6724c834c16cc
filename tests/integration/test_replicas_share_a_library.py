"""Two server processes answer from one folder while a third process indexes into it."""

import signal
from pathlib import Path

import lancedb

from support import tones
from support.fake_bundle import FakeBundle
from support.index_processes import said, start
from support.served_process import read_until, served_in_a_process
from support.serving import PATIENCE_S
from temptrack.client.remote import RemoteSuggester
from temptrack.library.store import TABLE, LibraryStore
from temptrack.suggest.types import Query

TRACKS = 24


def test_every_answer_is_of_one_whole_version_and_the_last_of_the_newest(tmp_path: Path) -> None:
    store = LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    for number in range(TRACKS + 1):
        folder = tmp_path / ("first" if number == TRACKS else "music")
        tones.write_audio(folder / f"{number}.wav", tones.tone(200.0 + 30 * number, 0.5))
    assert said(start(store.uri, tmp_path / "first"))["added"] == 1
    seen: dict[int, set[str]] = {}
    digests: dict[int, set[str]] = {}

    with served_in_a_process() as left, served_in_a_process() as right:
        addresses = [read_until(server.stdout, "ready").split()[1] for server in (left, right)]
        with (
            RemoteSuggester(addresses[0], deadline_s=PATIENCE_S) as one,
            RemoteSuggester(addresses[1], deadline_s=PATIENCE_S) as other,
        ):

            def ask() -> list[int]:
                versions = []
                for server in (one, other):
                    answer = server.suggest(Query(library="stock", prompt="calm", limit=TRACKS + 1))
                    found = {suggestion.track.id for suggestion in answer.suggestions}
                    info = answer.library
                    assert len(found) == len(answer.suggestions) == info.track_count
                    assert seen.setdefault(info.version, found) == found
                    digests.setdefault(info.version, set()).add(info.digest)
                    versions.append(info.version)
                return versions

            history = [ask()]
            indexing = start(store.uri, tmp_path / "music")
            while indexing.poll() is None:
                history.append(ask())
            assert said(indexing)["added"] == TRACKS
            history.append(ask())
        for server in (left, right):
            server.send_signal(signal.SIGTERM)
            assert server.wait(PATIENCE_S) == 0

    newest = LibraryStore.open("stock").info()
    assert history[-1] == [newest.version, newest.version]
    assert digests[newest.version] == {newest.digest}
    assert all(len(digest) == 1 for digest in digests.values())
    for versions in zip(*history, strict=True):
        assert list(versions) == sorted(versions), "a server went back to an older version"
    assert len(seen) >= 3, "the servers saw nothing of the indexing; the test shows nothing"
    for version, found in seen.items():
        table = lancedb.connect(store.uri).open_table(TABLE)
        table.checkout(version)
        assert set(table.to_arrow()["id"].to_pylist()) == found
