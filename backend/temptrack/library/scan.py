"""Finds audio files under folders, in an order that never depends on the file system."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from temptrack.errors import NotFound
from temptrack.library.records import FileState
from temptrack.library.report import FailedFile

AUDIO_ENDINGS = frozenset(
    {".mp3", ".flac", ".ogg", ".oga", ".opus", ".wav", ".wave", ".aif", ".aiff", ".aifc", ".m4a"}
)
"""Endings of the files that are indexed, case ignored."""


_LEAVES = "Is a link to a place that may not be read. Put the music itself there, or allow its place."


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies under the folders.

    Attributes:
        files: audio files in order of path, each once.
        roots: the folders, absolute.
        failed: folders and files that could not be looked at.
    """

    files: Sequence[FileState]
    roots: Sequence[str]
    failed: Sequence[FailedFile]

    def covers(self, path: str) -> bool:
        """Tell whether a file at this path would have been found if it were there."""
        return any(_is_under(path, root) for root in self.roots) and not any(
            _is_under(path, failure.path) for failure in self.failed
        )


def scan_folders(
    folders: Sequence[str | Path],
    cancelled: Callable[[], bool],
    *,
    within: Sequence[Path] | None = None,
) -> Scan:
    """Find the audio files under folders; a file may stand for a folder.

    Hidden files and folders are passed over, links are followed, loops are not.

    Args:
        folders: where to look.
        cancelled: asked before every file; true stops the search.
        within: real folders that links may not lead out of; None lets them lead anywhere.

    Raises:
        NotFound: FOLDER_NOT_FOUND.
    """
    # The outermost folder comes first, so that a file under two of them always belongs to that one.
    roots = sorted({os.path.abspath(os.path.expanduser(folder)) for folder in folders})
    found: dict[str, FileState] = {}
    failed: list[FailedFile] = []
    for root in roots:
        if not os.path.lexists(root):
            raise NotFound(
                f"There is no folder {root}.",
                reason="FOLDER_NOT_FOUND",
                hint="Check the spelling, and that the drive is mounted.",
                metadata={"folder": root},
            )
        for path in _paths(root, failed, within):
            if cancelled():
                break
            if path not in found:
                _look_at(path, root, found, failed)
    return Scan(
        files=sorted(found.values(), key=lambda file: file.path),
        roots=roots,
        failed=sorted(failed, key=lambda failure: failure.path),
    )


def _paths(root: str, failed: list[FailedFile], within: Sequence[Path] | None) -> Iterator[str]:
    def stays(path: str) -> bool:
        if within is None or not os.path.islink(path) or leads_into(path, within):
            return True
        failed.append(
            FailedFile(
                path=printable(path),
                reason="LINK_LEAVES_ROOT",
                message=_LEAVES,
            )
        )
        return False

    if os.path.isfile(root):
        yield root
        return
    seen: set[tuple[int, int]] = set()

    def note(error: OSError) -> None:
        failed.append(FailedFile.from_os_error(printable(str(error.filename)), error))

    for folder, subfolders, names in os.walk(root, onerror=note, followlinks=True):
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            subfolders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        subfolders[:] = sorted(
            name for name in subfolders if not name.startswith(".") and stays(os.path.join(folder, name))
        )
        for name in sorted(names):
            path = os.path.join(folder, name)
            is_music = not name.startswith(".") and os.path.splitext(name)[1].lower() in AUDIO_ENDINGS
            if is_music and stays(path):
                yield path


def _look_at(path: str, root: str, found: dict[str, FileState], failed: list[FailedFile]) -> None:
    if printable(path) != path:
        failed.append(
            FailedFile(
                path=printable(path),
                reason="FILE_NAME",
                message="The name of the file is not valid Unicode. Rename the file.",
            )
        )
        return
    try:
        status = os.stat(path)
    except OSError as error:
        failed.append(FailedFile.from_os_error(path, error))
        return
    found[path] = FileState(path=path, root=root, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)


def printable(path: str) -> str:
    """Return a path that can be stored and shown: bytes that are not Unicode become a replacement mark."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def leads_into(path: str | Path, folders: Sequence[Path]) -> bool:
    """Tell whether a path, all links followed, lies in one of some real folders."""
    real = os.path.realpath(path)
    return any(_is_under(real, str(folder)) for folder in folders)


def _is_under(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
