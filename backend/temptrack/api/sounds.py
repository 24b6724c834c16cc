"""Where the sound of a review page comes from."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from temptrack.seat.engine import open_library_client, open_reader

if TYPE_CHECKING:
    from temptrack.client.credentials import Credentials
    from temptrack.review.sounds import Sounds


@contextmanager
def open_sounds(
    library: str, server: str | None, credentials: "Credentials | None" = None
) -> Iterator["Sounds"]:
    """Yield where the sound of a library's tracks comes from."""
    from temptrack.review.sounds import LibrarySounds, ServerSounds

    if server is None:
        yield LibrarySounds(open_reader(library))
        return
    with (
        open_library_client(server, credentials) as client,
        tempfile.TemporaryDirectory(prefix="temptrack-") as folder,
    ):
        yield ServerSounds(client, library, Path(folder))
