"""The two pieces of work that are done per file, in this process or in a worker."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from temptrack.library.analysis.embedding import require_finite
from temptrack.library.analysis.track import Seconds, analyse_track, timed
from temptrack.library.records import Analysis, FileState, FileWords
from temptrack.library.report import FailedFile
from temptrack.library.tags import FileTags, read_tags
from temptrack.library.words import title_from_path, words_of
from temptrack.media.audio import audio_digest
from temptrack.model.types import Bundle

OpenBundle = Callable[[], Bundle]
"""Opens the bundle; picklable, because every worker opens one of its own."""


@dataclass(frozen=True, slots=True)
class ReadJob:
    """Learn what a file is: digest of its sound, and its words.

    Attributes:
        file: which file.
    """

    file: FileState


@dataclass(frozen=True, slots=True)
class AnalyseJob:
    """Listen to a file.

    Attributes:
        file: which file.
        content_digest: of its sound.
    """

    file: FileState
    content_digest: str


Job = ReadJob | AnalyseJob


@dataclass(frozen=True, slots=True)
class WhatItIs:
    """Outcome of a ``ReadJob``.

    Attributes:
        content_digest: hex SHA-256 of the sound as stored.
        words: what the file says of itself.
    """

    content_digest: str
    words: FileWords


Outcome = WhatItIs | Analysis | FailedFile


@dataclass(frozen=True, slots=True)
class Done:
    """A finished job.

    Attributes:
        job: what was asked.
        outcome: what came of it.
        seconds: processor time by stage.
    """

    job: Job
    outcome: Outcome
    seconds: Seconds


class Workshop:
    """Does jobs one after another with one bundle, opened when first needed."""

    def __init__(self, open_bundle: OpenBundle) -> None:
        self._open_bundle = open_bundle
        self._bundle: Bundle | None = None

    def do(self, job: Job) -> Done:
        """Do one job; whatever goes wrong with its file is an outcome, never an exception."""
        seconds: Seconds = {}
        outcome: Outcome
        bundle = self._opened(seconds)
        try:
            if isinstance(job, ReadJob):
                outcome = self._read(job.file, bundle, seconds)
            else:
                outcome, spent = analyse_track(job.file.path, bundle)
                seconds.update(spent)
        except Exception as error:
            outcome = FailedFile.from_error(job.file.path, error)
        return Done(job, outcome, seconds)

    def _opened(self, seconds: Seconds) -> Bundle:
        if self._bundle is None:
            with timed(seconds, "open bundle"):
                self._bundle = self._open_bundle()
        return self._bundle

    def _read(self, file: FileState, bundle: Bundle, seconds: Seconds) -> WhatItIs:
        with timed(seconds, "digest"):
            content_digest = audio_digest(Path(file.path))
        with timed(seconds, "tags"):
            tags = read_tags(file.path)
        with timed(seconds, "words"):
            words = describe(tags, file, bundle)
        return WhatItIs(content_digest, words)


def describe(tags: FileTags, file: FileState, bundle: Bundle) -> FileWords:
    """Put together what a file says of itself and embed its words.

    Raises:
        Corrupt: EMBEDDING_NOT_FINITE.
    """
    text = words_of(tags, file.path, file.root)
    embedding = bundle.embed_words(bundle.encode_text([text]))[0] if text else None
    if embedding is not None:
        require_finite(embedding, "words", bundle)
    return FileWords(
        title=tags.title or title_from_path(file.path),
        artist=tags.artist,
        album=tags.album,
        genre=tags.genre,
        comment=tags.comment,
        licence=tags.licence,
        text=text,
        embedding=None if embedding is None else np.asarray(embedding, dtype=np.float32),
        composer=tags.composer,
        publisher=tags.publisher,
    )
