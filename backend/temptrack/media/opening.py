"""Opening media files: the only place where FFmpeg's errors become temptrack's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Discard, Disposition, Stream
from av.video.stream import VideoStream

from temptrack.errors import Corrupt, Forbidden, InvalidRequest, NotFound, TemptrackError, Unavailable

# A playlist inside a studio must not make us fetch addresses that somebody wrote into it.
_OPTIONS = {"protocol_whitelist": "file"}


def open_media(path: Path) -> InputContainer:
    """Open a media file for reading; the caller closes it.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: the path is a folder.
        Forbidden: the file may not be read.
        Corrupt: the file is empty, cut off before its index, or not media.
        Unavailable: the disk or share failed.
    """
    _check_file(path)
    try:
        # "file:" keeps names such as "a:b.mov" from being taken for a protocol.
        return av.open(f"file:{path.absolute()}", mode="r", options=_OPTIONS, metadata_errors="replace")
    except (FFmpegError, OSError, ValueError) as error:
        raise media_error(path, error) from error


@contextmanager
def open_still(path: Path) -> Iterator[InputContainer]:
    """Open one picture file for a ``with`` block.

    Unlike in ``open_media``, a name such as "a%04d.png" is never taken as a pattern.

    Raises:
        NotFound, InvalidRequest, Forbidden, Corrupt, Unavailable: as ``open_media``.
    """
    _check_file(path)
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            container = stack.enter_context(av.open(file, mode="r", options=_OPTIONS))
        except (FFmpegError, OSError, ValueError) as error:
            raise media_error(path, error) from error
        yield container


def media_error(path: Path, error: Exception) -> TemptrackError:
    """Return what to raise when FFmpeg or the disk failed on this file."""
    metadata = {"path": str(path)}
    if isinstance(error, FileNotFoundError):
        return NotFound(
            f"There is no file '{path}'.",
            reason="MEDIA_NOT_FOUND",
            hint="Relink the media or check that the drive is mounted.",
            metadata=metadata,
        )
    if isinstance(error, PermissionError):
        return Forbidden(
            f"'{path}' may not be read.",
            reason="MEDIA_FORBIDDEN",
            hint="Ask the owner of the file for read permission.",
            metadata=metadata,
        )
    if isinstance(error, OSError) and not isinstance(error, FFmpegError):
        return Unavailable(
            f"Reading '{path}' failed: {error.strerror or error}.",
            reason="MEDIA_UNREADABLE",
            hint="Check the disk or network share, then try again.",
            metadata=metadata,
        )
    return Corrupt(
        f"'{path}' cannot be read as media: {getattr(error, 'strerror', None) or error}.",
        reason="NOT_MEDIA",
        hint="It is not a film, picture or sound, or it was cut off while being written or copied; "
        "export or copy it again.",
        metadata=metadata,
    )


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the first stream of moving pictures; cover art of a piece of music does not count."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    return streams[0] if streams else None


def read_only(container: InputContainer, wanted: Stream) -> None:
    """Spare the demuxer from reading any other stream of the file."""
    for stream in container.streams:
        if stream.index != wanted.index:
            stream.discard = Discard.all


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise media_error(path, error) from error
    except ValueError as error:  # a null character in the name
        raise media_error(path, FileNotFoundError(str(error))) from error
    if path.is_dir():
        raise InvalidRequest(
            f"'{path}' is a folder, not a media file.",
            reason="MEDIA_IS_A_FOLDER",
            hint="Name one file, or index the folder as a library.",
            metadata={"path": str(path)},
        )
    if status.st_size == 0:
        raise Corrupt(
            f"'{path}' is empty.",
            reason="MEDIA_EMPTY",
            hint="Copy or export it again.",
            metadata={"path": str(path)},
        )
