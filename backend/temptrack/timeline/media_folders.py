"""Media found by name in folders, for timelines that name no files, or files of another machine."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from temptrack.errors import InvalidRequest, NotFound
from temptrack.home import expanded
from temptrack.timeline.media_endings import PICTURE_SUFFIXES


class MediaFolders:
    """Files with picture under some folders, found by the names that clips go by.

    The folders are searched once, when the first clip asks. A name means the file that is called so, ending
    included, else the files that are called so without their ending; upper and lower case are alike.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        """Remember where to look.

        Args:
            folders: searched with all folders in them; hidden ones are passed over, links are followed.

        Raises:
            NotFound: one of them is not there (MEDIA_FOLDER_NOT_FOUND).
            InvalidRequest: one of them is a file (NOT_A_FOLDER).
        """
        self._folders = tuple(_checked(folder) for folder in folders)

    def find(self, names: Sequence[str]) -> tuple[Path, ...]:
        """Return the files that the first known of some names means, in order of path.

        None is known: an empty tuple. More than one file: the name is ambiguous.
        """
        for name in names:
            found = self._by_name.get(_folded(name)) or self._by_stem.get(_folded(_without_ending(name)))
            if found:
                return found
        return ()

    @cached_property
    def _by_name(self) -> dict[str, tuple[Path, ...]]:
        return _grouped((path.name, path) for path in self._files)

    @cached_property
    def _by_stem(self) -> dict[str, tuple[Path, ...]]:
        return _grouped((path.stem, path) for path in self._files)

    @cached_property
    def _files(self) -> tuple[Path, ...]:
        # One file reached by two links is no ambiguity.
        real = {os.path.realpath(path): path for path in sorted(_pictures(self._folders), reverse=True)}
        return tuple(sorted(real.values()))


def _pictures(folders: Sequence[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for root in folders:
        for folder, inner, names in os.walk(root, followlinks=True):
            real = os.path.realpath(folder)
            inner[:] = sorted(name for name in inner if not name.startswith(".")) if real not in seen else []
            if real in seen:
                continue
            seen.add(real)
            for name in names:
                if not name.startswith(".") and os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES:
                    yield Path(folder, name)


def _grouped(named: Iterator[tuple[str, Path]]) -> dict[str, tuple[Path, ...]]:
    groups: dict[str, list[Path]] = defaultdict(list)
    for name, path in named:
        groups[_folded(name)].append(path)
    return {name: tuple(paths) for name, paths in groups.items()}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()


def _without_ending(name: str) -> str:
    stem, ending = os.path.splitext(name)
    # "take_1.0001" is a name with a dot in it, not one with an ending.
    return stem if ending.lower() in PICTURE_SUFFIXES else name


def _checked(folder: Path) -> Path:
    folder = expanded(folder).absolute()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise InvalidRequest(
            f"'{folder}' is a file.",
            reason="NOT_A_FOLDER",
            hint="Name the folder that holds the media.",
            metadata={"path": str(folder)},
        )
    raise NotFound(
        f"There is no folder '{folder}' to look for media in.",
        reason="MEDIA_FOLDER_NOT_FOUND",
        hint="Check the spelling, and that the drive is mounted.",
        metadata={"path": str(folder)},
    )
