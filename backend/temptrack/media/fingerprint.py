"""Which content a media file has, told from a few of its bytes: copies and renamed files are the same."""

import hashlib
from math import floor
from pathlib import Path

from temptrack.media.stills import sequence_image, sequence_numbers
from temptrack.timeline.segments import MediaKind, MediaSpan

_BLOCKS, _BLOCK_BYTES = 16, 16_384
ABSENT = "absent"
"""Fingerprint of media that cannot be read; what was computed without them is not what they would give."""


def file_fingerprint(path: Path) -> str:
    """Return the hex SHA-256 of a file's size and of blocks spread over it, or ``ABSENT``.

    Modification times do not count: copying changes them and content may change without them.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            digest.update(size.to_bytes(8, "little"))
            last = max(size - _BLOCK_BYTES, 0)
            for number in range(_BLOCKS):
                file.seek(last * number // (_BLOCKS - 1))
                digest.update(file.read(_BLOCK_BYTES))
    except (OSError, ValueError):
        return ABSENT
    return digest.hexdigest()


def span_fingerprint(span: MediaSpan) -> str:
    """Return the fingerprint of what a span shows: a file's, or for a sequence that of its images in use."""
    media = span.media
    if media.kind is not MediaKind.SEQUENCE:
        return file_fingerprint(media.path)
    rate = media.rate or span.record.rate
    first = media.sequence_start + floor(span.source.start_s * rate)
    last = media.sequence_start + floor((span.source.start_s + span.source.duration_s) * rate)
    digest = hashlib.sha256(f"{media.sequence_start} {rate}".encode())
    # The image before a gap stands for the missing ones, so it counts too.
    numbers = sequence_numbers(media.sequence_pattern)
    before = [number for number in numbers if number < first][-1:] or numbers[:1]
    for number in dict.fromkeys([*before, *(n for n in numbers if first <= n <= last)]):
        digest.update(f"{number} {file_fingerprint(sequence_image(media.sequence_pattern, number))}".encode())
    return digest.hexdigest() if numbers else ABSENT
