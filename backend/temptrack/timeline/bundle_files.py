"""OpenTimelineIO bundles: a timeline together with its media, zipped (.otioz) or in a folder (.otiod)."""

import zipfile
from pathlib import Path

from temptrack.errors import Corrupt, Forbidden, InvalidRequest
from temptrack.timeline.media_root import BROKEN_ARCHIVE, FolderRoot, MediaRoot, ZipRoot

CONTENT_NAME = "content.otio"
_MAX_CONTENT_BYTES = 256 * 2**20


def read_otioz(path: Path) -> tuple[bytes, MediaRoot]:
    """Return the JSON of a zipped bundle's timeline, and its media, which are unpacked when asked for.

    Raises:
        Corrupt: no zip archive, or one without a timeline (BAD_BUNDLE).
        InvalidRequest: the timeline inside is too large (TOO_LARGE).
        Forbidden: the file may not be read (UNREADABLE).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(CONTENT_NAME).file_size
            if size > _MAX_CONTENT_BYTES:
                raise InvalidRequest(
                    f"The timeline inside {path} has {size // 2**20} MB; "
                    f"up to {_MAX_CONTENT_BYTES // 2**20} MB are read.",
                    reason="TOO_LARGE",
                )
            content = archive.read(CONTENT_NAME)
    except PermissionError as error:
        raise Forbidden(f"{path} may not be read by this user.", reason="UNREADABLE") from error
    except KeyError as error:
        raise Corrupt(
            f"{path} is a zip archive without {CONTENT_NAME}, so it is no timeline bundle.",
            reason="BAD_BUNDLE",
        ) from error
    except (*BROKEN_ARCHIVE, OSError) as error:
        raise Corrupt(
            f"{path} is no intact zip archive: {error}.",
            reason="BAD_BUNDLE",
            hint="Write the bundle again.",
        ) from error
    return content, ZipRoot(path.absolute())


def read_otiod(path: Path) -> tuple[bytes, MediaRoot]:
    """Return the JSON of a bundle folder's timeline, and where its media are.

    Raises:
        Corrupt: no folder, or one without a timeline (BAD_BUNDLE).
        Forbidden: the timeline may not be read (UNREADABLE).
    """
    content = path / CONTENT_NAME
    if not content.is_file():
        raise Corrupt(f"{path} holds no {CONTENT_NAME}, so it is no timeline bundle.", reason="BAD_BUNDLE")
    try:
        return content.read_bytes(), FolderRoot(path.absolute())
    except PermissionError as error:
        raise Forbidden(f"{content} may not be read by this user.", reason="UNREADABLE") from error
