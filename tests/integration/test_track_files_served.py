from pathlib import Path

import pytest

from support import tones
from support.fake_server import fake_workings
from support.serving import PATIENCE_S, running
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.companion.kept_files import KeptFiles
from temptrack.companion.track_files import RemoteTrackFiles
from temptrack.errors import Cancelled, NotFound
from temptrack.server.options import ServerOptions


def test_tracks_of_a_server_are_files_here_and_stay_when_it_goes(tmp_path: Path) -> None:
    music = tmp_path / "music"
    for number in range(2):
        tones.write_audio(music / f"Song {number}.flac", tones.music(20, seed=number))
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, allow_roots=(music,))
    folder = tmp_path / "kept"
    with running(options, fake_workings()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        client = LibraryClient(connection)
        client.create_library("stock")
        client.index("stock", [music])
        first, second = client.tracks("stock")
        files = RemoteTrackFiles(client, address, KeptFiles(folder, 2**30))

        with pytest.raises(Cancelled):
            files.file("stock", first.id, cancelled=lambda: True)
        assert list(folder.iterdir()) == []
        path = files.file("stock", first.id).path
        assert path.read_bytes() == Path(first.path).read_bytes()
        assert path.name.startswith("Song 0 ")
        with pytest.raises(NotFound):
            files.file("stock", "nothing")
        Path(second.path).unlink()
        with pytest.raises(NotFound):
            files.file("stock", second.id)
    assert files.file("stock", first.id).path == path
    connection.close()
