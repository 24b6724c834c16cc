"""Picture features of segments, kept on disk by content: only what an edit changed is analysed again."""

import hashlib
import io
import json
import logging
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from temptrack.media.fingerprint import span_fingerprint
from temptrack.media.types import FrameSpec, Sampling
from temptrack.timeline.segments import Segment

DEFAULT_LIMIT_BYTES = 512 * 1024 * 1024
"""Room for the features of some two hundred thousand segments."""

_LOG = logging.getLogger(__name__)
_MAGIC = b"TTFEAT01"
_DIGEST_BYTES = 16
_SUFFIX, _PARTIAL = ".feat", ".part"
_FULL_TO = 0.8
_STALE_PARTIAL_S = 3600
# Raise when sampling or scaling would give other frames for the same segment.
_SAMPLING_VERSION = 1

Array = npt.NDArray[np.float32]
"""What is kept: float32 of any shape."""


def segment_key(segment: Segment, sampling: Sampling, spec: FrameSpec, encoder_id: str) -> str:
    """Return the hex SHA-256 of everything the features of a segment depend on.

    That is the content of its media (not their names or dates), the ranges shown and where in the segment
    they lie, the sampling, the frame geometry and the encoder. Its place on the timeline does not count.
    """
    start = segment.record.start_frames
    spans = [
        {
            "media": span_fingerprint(span),
            "kind": span.media.kind.value,
            "source": [str(span.source.start_s), str(span.source.duration_s), span.source.reversed],
            "record": [span.record.start_frames - start, span.record.duration_frames],
        }
        for span in segment.spans
    ]
    parts = {
        "version": _SAMPLING_VERSION,
        "spans": spans,
        "duration": [segment.record.duration_frames, str(segment.record.rate)],
        "sampling": sampling.value,
        "frame": [spec.size_px, spec.interpolation],
        "encoder": encoder_id,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class FeatureCache:
    """Arrays by key in a folder of bounded size; the longest unused go first.

    Safe with several processes on one folder. Nothing it does can fail a suggestion: a damaged entry is a
    miss and is removed, an unwritable or full disk means that nothing is kept.
    """

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        """Use a folder, which is made when first needed.

        Args:
            folder: where entries lie; nothing else should.
            limit_bytes: most bytes of entries kept.
        """
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._used_bytes: int | None = None
        self._complained = False

    def get(self, key: str) -> Array | None:
        """Return what was kept under a key, or None."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        values = _unpacked(content)
        try:
            if values is None:
                path.unlink(missing_ok=True)
            else:
                os.utime(path)
        except OSError as error:
            self._complain(error)
        return values

    def put(self, key: str, values: Array) -> None:
        """Keep an array under a key; an entry appears complete or not at all."""
        content = _packed(values)
        path = self._path(key)
        if len(content) > self._limit_bytes:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(suffix=_PARTIAL, dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                os.replace(partial, path)
            except OSError:
                Path(partial).unlink(missing_ok=True)
                raise
            self._make_room(len(content))
        except OSError as error:
            self._complain(error)

    def _path(self, key: str) -> Path:
        # Hashed again so that no key can lead out of the folder.
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / f"{name}{_SUFFIX}"

    def _make_room(self, added_bytes: int) -> None:
        """Remove the longest unused entries once the limit is passed, down to four fifths of it."""
        if self._used_bytes is not None:
            self._used_bytes += added_bytes
            if self._used_bytes <= self._limit_bytes:
                return
        entries = self._entries()
        used = sum(size for _, size, _ in entries)
        if used > self._limit_bytes:
            for _, size, path in entries:
                if used <= _FULL_TO * self._limit_bytes:
                    break
                path.unlink(missing_ok=True)
                used -= size
        self._used_bytes = used

    def _entries(self) -> list[tuple[int, int, Path]]:
        """Return (last use in nanoseconds, bytes, path) of each entry; remove what killed writers left."""
        entries = []
        for path in self._folder.glob("??/*"):
            try:
                status = path.stat()
                if path.suffix == _SUFFIX:
                    entries.append((status.st_mtime_ns, status.st_size, path))
                elif path.suffix == _PARTIAL and time.time() - status.st_mtime > _STALE_PARTIAL_S:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process was faster
        return sorted(entries)

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            _LOG.warning(
                "Features cannot be cached in '%s': %s. Results are the same, only slower.",
                self._folder,
                error,
            )


def _packed(values: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(values, dtype=np.float32), allow_pickle=False)
    body = buffer.getvalue()
    return _MAGIC + hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest() + body


def _unpacked(content: bytes) -> Array | None:
    """Return the array, or None for bytes that are not what was written."""
    head = len(_MAGIC) + _DIGEST_BYTES
    body = content[head:]
    expected = _MAGIC + hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()
    if content[:head] != expected:
        return None
    try:
        values: Array = np.load(io.BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError):
        return None
    return values
