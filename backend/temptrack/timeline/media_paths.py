"""From media URLs, as carelessly as programs write them, to paths on this machine."""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

from temptrack.timeline.media_root import MediaRoot

Exists = Callable[[Path], bool]
"""Answers whether a media file can be opened."""

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):(?=/)")


def is_there(path: Path, exists: Exists) -> bool:
    """Ask whether a file exists; paths that cannot exist, or may not be looked at, do not."""
    try:
        return exists(path)
    except (OSError, ValueError):
        return False


def paths_of(url: str, root: MediaRoot) -> tuple[Path, ...]:
    """Return the paths that a media URL or bare path may mean, likeliest first; none for network addresses.

    Args:
        url: ``file:`` URL, percent-encoded or carelessly not; bare Unix, Windows or UNC path; relative path.
        root: where relative paths start.
    """
    scheme = _SCHEME.match(url)
    if scheme is None:
        spellings = [url, unquote(url)]
    elif scheme.group(1).lower() == "file":
        rest = _path_of_file_url(url[len(scheme.group(0)) :])
        spellings = [unquote(rest), rest]
    else:
        return ()
    paths: list[Path] = []
    for spelling in spellings:
        path = _absolute(spelling, root)
        if path not in paths:
            paths.append(path)
    return tuple(paths)


def _path_of_file_url(rest: str) -> str:
    """Return the path part of what follows ``file:``, its host turned into a UNC path."""
    if not rest.startswith("//"):
        return rest
    host, slash, path = rest[2:].partition("/")
    if host not in ("", "localhost"):
        # "file://C:/x" and "file://media/x.mov" are common mistakes for a drive and for a relative path.
        return host + slash + path if re.match(r"^[A-Za-z](:|%3[aA])$", host) else f"//{host}/{path}"
    drive = re.match(r"^([A-Za-z])(?::|%3[aA])", path)
    return f"{drive[1]}:{path[drive.end() :]}" if drive else "/" + path


def _absolute(text: str, root: MediaRoot) -> Path:
    windows = PureWindowsPath(text)
    if PurePosixPath(text).is_absolute() or windows.drive:
        return Path(text)
    if "\0" in text:
        return Path(text)
    located = root.locate(text)
    if "\\" in text and not located.exists():
        return root.locate(text.replace("\\", "/"))
    return located
