"""What an index run tells while it works and when it is done."""

import errno
from collections.abc import Callable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from temptrack.errors import TemptrackError


class FailedFile(BaseModel):
    """A file or folder that could not be indexed."""

    model_config = ConfigDict(frozen=True)

    path: str
    reason: str = Field(description="stable UPPER_SNAKE word")
    message: str = Field(description="what happened and what to do")

    @classmethod
    def from_os_error(cls, path: str, error: OSError) -> Self:
        """Describe what the operating system said about a path."""
        if error.errno in (errno.EACCES, errno.EPERM):
            return cls(path=path, reason="FORBIDDEN", message="May not be read. Check its permissions.")
        if error.errno == errno.ENOENT:
            return cls(path=path, reason="NOT_FOUND", message="Went away, or is a link that leads nowhere.")
        return cls(path=path, reason="UNREADABLE", message=f"{error.strerror or error}.")

    @classmethod
    def from_error(cls, path: str, error: Exception) -> Self:
        """Describe an error of any kind about a file."""
        if isinstance(error, TemptrackError):
            return cls(path=path, reason=error.reason, message=str(error))
        if isinstance(error, OSError):
            return cls.from_os_error(path, error)
        return cls(path=path, reason="INTERNAL", message=f"{type(error).__name__}: {error}")


Progress = Callable[[int, int, str, float], None]
"""Told after every file: files done, files to read in all (unchanged ones are not among them), the path of
the file just done ("" at the start), files per second so far."""


class IndexReport(BaseModel):
    """What an index run did."""

    model_config = ConfigDict(frozen=True)

    library: str
    found: int = Field(description="audio files under the folders")
    added: int = Field(description="tracks that are new")
    updated: int = Field(description="tracks whose file was changed in place: new sound or new words")
    moved: int = Field(description="tracks whose file was found at another path")
    unchanged: int = Field(description="files that cost no more than a look")
    shared: int = Field(description="new tracks whose sound was known from another path")
    removed: int = Field(description="tracks taken out because their file is gone")
    missing: tuple[str, ...] = Field(description="paths of tracks under the folders whose file is gone")
    failed: tuple[FailedFile, ...] = Field(description="in order of path")
    cancelled: bool = Field(default=False, description="stopped early; what was done is kept")
    audio_s: float = Field(default=0.0, description="seconds of music analysed in this run")
    seconds: dict[str, float] = Field(
        default_factory=dict,
        description="processor time by stage, added up over workers; 'wall' is clock time",
    )
