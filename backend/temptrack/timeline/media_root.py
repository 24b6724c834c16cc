"""Where the relative media paths of a timeline lead: a folder, or the inside of an .otioz bundle."""

import errno
import hashlib
import lzma
import shutil
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from temptrack import home
from temptrack.errors import Corrupt, NotReady

KEEP_UNUSED_DAYS = 30
"""How long media unpacked from a bundle are kept after their last use."""

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)
"""What a damaged zip archive makes its reader raise, beside the OSError of an offset outside the file."""

_NO_SUCH_PLACE = frozenset(
    {errno.EINVAL, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EILSEQ}
)
"""What the system says of names and offsets that only a damaged archive has."""

_DAY_S = 86_400
_FREE_RESERVE_BYTES = 64 * 2**20


class MediaRoot(Protocol):
    """Turns a path as the timeline spells it into a path on this machine."""

    def locate(self, relative: str) -> Path:
        """Return where a relative path leads; nothing need exist there.

        Raises:
            NotReady: it had to be unpacked and the disk is full (DISK_FULL).
            Corrupt: it had to be unpacked and is damaged (BAD_BUNDLE).
        """
        ...


@dataclass(frozen=True, slots=True)
class FolderRoot:
    """Media beside the timeline, or inside an .otiod bundle.

    Attributes:
        folder: absolute folder that relative paths start from.
    """

    folder: Path

    def locate(self, relative: str) -> Path:
        """Return the path below the folder."""
        return self.folder / relative


@dataclass(frozen=True, slots=True)
class ZipRoot:
    """Media inside an .otioz bundle, unpacked one by one when first asked for.

    Unpacked media stay in the cache folder until they have not been used for KEEP_UNUSED_DAYS days, so that
    a second run finds the same files; deleting the cache costs time and nothing else.

    Attributes:
        bundle: the .otioz file.
    """

    bundle: Path

    def locate(self, relative: str) -> Path:
        """Return the unpacked file; a path that is not in the bundle leads to a file that does not exist."""
        member = PurePosixPath(relative.replace("\\", "/"))
        # A colon would name a drive where there are drives.
        parts = (part.replace(":", "_") for part in member.parts if part not in ("..", "/"))
        target = self._folder().joinpath(*parts)
        if target.is_file():
            return target
        try:
            with zipfile.ZipFile(self.bundle) as archive:
                if str(member) in archive.namelist():
                    _unpack(archive, str(member), target)
        except BROKEN_ARCHIVE as error:
            raise self._cannot_unpack(relative, error) from error
        except OSError as error:
            if error.errno in _NO_SUCH_PLACE:
                raise self._cannot_unpack(relative, error) from error
            raise
        return target

    def _cannot_unpack(self, relative: str, error: Exception) -> Corrupt:
        return Corrupt(
            f"'{relative}' cannot be unpacked from {self.bundle}: {error}.",
            reason="BAD_BUNDLE",
            hint="Write the bundle again.",
        )

    def _folder(self) -> Path:
        stat = self.bundle.stat()
        name = f"{self.bundle.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
        folder = _bundles_folder() / hashlib.sha256(name.encode()).hexdigest()[:24]
        if not folder.is_dir():
            _forget_unused()
            folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        return folder


def _bundles_folder() -> Path:
    return home.home_folder() / "cache" / "otioz"


def _forget_unused() -> None:
    limit_s = time.time() - KEEP_UNUSED_DAYS * _DAY_S
    folders = _bundles_folder().iterdir() if _bundles_folder().is_dir() else iter(())
    for folder in folders:
        if folder.stat().st_mtime < limit_s:
            shutil.rmtree(folder, ignore_errors=True)


def _unpack(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    size = archive.getinfo(member).file_size
    free = shutil.disk_usage(target.parent).free
    if size + _FREE_RESERVE_BYTES > free:
        raise NotReady(
            f"'{member}' needs {size} bytes unpacked, and {target.parent} has {free} bytes free.",
            reason="DISK_FULL",
            hint=f"Free some space, or point {home.ENVIRONMENT_VARIABLE} to a larger disk.",
        )
    partial = target.with_name(target.name + ".partial")
    with archive.open(member) as packed, partial.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked, 2**20)
    partial.replace(target)
