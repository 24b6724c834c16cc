"""Sampling the picture of segments: which frames, from which files, each decoded once."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from temptrack.errors import TemptrackError
from temptrack.media.moments import Moment, sampled_moments
from temptrack.media.movie import Movie, Precision, Target
from temptrack.media.picture import PictureScaler, SquareFrame, WholePictureScaler
from temptrack.media.stills import StillFiles
from temptrack.media.types import Frames, FrameSpec, MediaWarning, Sampling, SegmentFrames
from temptrack.timeline.segments import MediaKind, Segment

_OPEN_FILES = 8
_PRECISION = {
    Sampling.STANDARD: Precision.NO_B_FRAMES,
    Sampling.PAPER: Precision.EXACT,
    Sampling.FAST: Precision.KEYFRAMES,
}
# Pictures whose coarse brightness differs less than this (of 255) show the same thing.
_HELD_MEAN, _HELD_MAX = 1.0, 6.0
_THUMBNAIL_CELLS = 16
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def sample_frames(
    segments: Iterable[Segment], *, sampling: Sampling, spec: FrameSpec
) -> Iterator[SegmentFrames]:
    """Yield the sampled frames of each segment, in the order given.

    Files are kept open from one segment to the next and read forwards, so a timeline is decoded about once.
    What cannot be read or decoded is left out and named in the segment's warnings; nothing is raised for it.

    Args:
        segments: segments in record order.
        sampling: which moments of a segment are looked at.
        spec: geometry of the frames.

    Raises:
        InvalidRequest: the geometry names no known resampler or no size.
    """
    scaler = PictureScaler(spec)
    plan = [(segment, sampled_moments(segment, sampling)) for segment in segments]
    return _sampled(plan, _Sampler(scaler, _PRECISION[sampling]), spec.size_px)


def preview_frames(
    segments: Iterable[Segment], *, size_px: tuple[int, int]
) -> Iterator[tuple[Fraction, Frames]]:
    """Yield small whole pictures for people to look at, about one a second, in record order.

    What cannot be decoded is left out.

    Args:
        segments: segments in record order.
        size_px: width and height; pictures of another shape get black bars.

    Yields:
        Seconds from the timeline's start, and [height, width, 3].
    """
    plan = [(segment, sampled_moments(segment, Sampling.STANDARD)) for segment in segments]
    sampler = _Sampler(WholePictureScaler(size_px), _PRECISION[Sampling.STANDARD])
    for sampled in _sampled(plan, sampler, size_px[1]):
        yield from zip(sampled.record_s, sampled.frames, strict=True)


def _sampled(
    plan: list[tuple[Segment, list[Moment]]], sampler: "_Sampler", size_px: int
) -> Iterator[SegmentFrames]:
    upcoming = _next_use(plan)
    with closing(sampler):
        for (segment, moments), after in zip(plan, upcoming, strict=True):
            yield _collapsed(segment, moments, *sampler.look(moments, after), size_px)


def _next_use(plan: list[tuple[Segment, list[Moment]]]) -> list[dict[Path, Fraction]]:
    """Return for each segment where in each file the segments after it look first."""
    after: list[dict[Path, Fraction]] = []
    upcoming: dict[Path, Fraction] = {}
    for _, moments in reversed(plan):
        after.append(dict(upcoming))
        first: dict[Path, Fraction] = {}
        for moment in moments:
            path = moment.span.media.path
            first[path] = min(first.get(path, moment.source_s), moment.source_s)
        upcoming |= first
    return after[::-1]


class _Sampler:
    """Finds the picture of each moment; holds the open files."""

    def __init__(self, scaler: PictureScaler, precision: Precision) -> None:
        self._scaler = scaler
        self._precision = precision
        self._movies: OrderedDict[Path, Movie] = OrderedDict()
        self._stills = StillFiles(scaler)

    def close(self) -> None:
        for movie in self._movies.values():
            movie.close()
        self._movies.clear()

    def look(
        self, moments: Sequence[Moment], upcoming: dict[Path, Fraction]
    ) -> tuple[dict[int, SquareFrame], tuple[MediaWarning, ...]]:
        """Return pictures by the moments' positions, and what went wrong."""
        pictures: dict[int, SquareFrame] = {}
        warnings: list[MediaWarning] = []
        numbered = sorted(
            enumerate(moments), key=lambda pair: (str(pair[1].span.media.path), pair[1].source_s)
        )
        for media, group in groupby(numbered, key=lambda pair: pair[1].span.media):
            found = list(group)
            try:
                if media.kind is MediaKind.MOVIE:
                    warnings.extend(self._look_in_movie(media.path, found, upcoming, pictures))
                else:
                    warnings.extend(self._stills.look(media, found, pictures))
            except TemptrackError as error:
                warnings.append(MediaWarning(media.path, None, str(error)))
        return pictures, tuple(dict.fromkeys(warnings))

    def _look_in_movie(
        self,
        path: Path,
        numbered: list[tuple[int, Moment]],
        upcoming: dict[Path, Fraction],
        pictures: dict[int, SquareFrame],
    ) -> tuple[MediaWarning, ...]:
        movie = self._open(path)
        targets = [_target(moment) for _, moment in numbered]
        last: tuple[av.VideoFrame, SquareFrame] | None = None
        for (number, _), (_, frame) in zip(
            numbered, movie.pictures(targets, upcoming.get(path)), strict=True
        ):
            if frame is None:
                continue
            if last is None or last[0] is not frame:
                last = (frame, self._scaler.square(frame, movie.presentation(frame)))
            pictures[number] = last[1]
        return movie.take_warnings()

    def _open(self, path: Path) -> Movie:
        movie = self._movies.pop(path, None) or Movie(path, self._precision)
        self._movies[path] = movie
        if len(self._movies) > _OPEN_FILES:
            self._movies.popitem(last=False)[1].close()
        return movie


def _target(moment: Moment) -> Target:
    source = moment.span.source
    return Target(moment.source_s, moment.tolerance_s, source.start_s, source.start_s + source.duration_s)


def _collapsed(
    segment: Segment,
    moments: Sequence[Moment],
    pictures: dict[int, SquareFrame],
    warnings: tuple[MediaWarning, ...],
    size_px: int,
) -> SegmentFrames:
    """Put pictures in record order and keep one of each run that barely differs."""
    kept: list[SquareFrame] = []
    repeats: list[int] = []
    record_s: list[Fraction] = []
    seen: SquareFrame | None = None
    for number, moment in enumerate(moments):
        picture = pictures.get(number)
        if picture is None:
            continue
        if kept and (picture is seen or _held(kept[-1], picture)):
            repeats[-1] += 1
        else:
            kept.append(picture)
            repeats.append(1)
            record_s.append(moment.record_s)
        seen = picture
    frames = np.stack(kept) if kept else np.zeros((0, size_px, size_px, 3), dtype=np.uint8)
    return SegmentFrames(segment, frames, tuple(repeats), tuple(record_s), warnings)


def _held(first: SquareFrame, second: SquareFrame) -> bool:
    difference = np.abs(_thumbnail(first) - _thumbnail(second))
    return bool(difference.mean() < _HELD_MEAN and difference.max() < _HELD_MAX)


def _thumbnail(picture: SquareFrame) -> npt.NDArray[np.float32]:
    """Return the brightness of a coarse grid of cells."""
    cells = min(_THUMBNAIL_CELLS, picture.shape[0])
    cell = picture.shape[0] // cells
    used = picture[: cells * cell, : cells * cell].astype(np.float32) @ _LUMA
    grid: npt.NDArray[np.float32] = used.reshape(cells, cell, cells, cell).mean(axis=(1, 3))
    return grid
