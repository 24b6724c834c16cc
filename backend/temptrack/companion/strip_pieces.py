"""Which part of its media a strip shows when: stretches of steady speed, in exact frames."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from temptrack.companion.strip_timeline import RetimingKey, Strip

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the timeline in which a strip is on top of its lane.

    Attributes:
        strip: what is seen.
        start_frames: first timeline frame.
        end_frames: end, exclusive.
    """

    strip: Strip
    start_frames: int
    end_frames: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch in which media run at one speed.

    Attributes:
        start_frames: first timeline frame.
        frames: number of timeline frames, at least 1.
        source_frames: media frame shown in the first one, counted from the media's start.
        step_frames: media frames from one timeline frame to the next; negative runs backwards.
    """

    start_frames: int
    frames: int
    source_frames: Fraction
    step_frames: Fraction

    def part(self, first: int, end: int) -> "Piece":
        """Return its timeline frames from ``first`` up to ``end``, both counted from its own start."""
        source = self.source_frames + first * self.step_frames
        return Piece(self.start_frames + first, end - first, source, self.step_frames)


def on_top(strips: Sequence[Strip]) -> list[Stretch]:
    """Return what is seen of one lane, in order: where strips overlap, the one that starts later."""
    shown = [strip for strip in strips if strip.start_frames < strip.end_frames]
    waiting = sorted(enumerate(shown), key=lambda pair: (pair[1].start_frames, pair[0]), reverse=True)
    edges = sorted({frame for strip in shown for frame in (strip.start_frames, strip.end_frames)})
    latest: list[tuple[int, int, Strip]] = []
    stretches: list[Stretch] = []
    for start, end in pairwise(edges):
        while waiting and waiting[-1][1].start_frames == start:
            index, strip = waiting.pop()
            heapq.heappush(latest, (-start, -index, strip))
        while latest and latest[0][2].end_frames <= start:
            heapq.heappop(latest)
        if not latest:
            continue
        strip = latest[0][2]
        last = stretches[-1] if stretches else None
        if last is not None and last.strip is strip and last.end_frames == start:
            stretches[-1] = Stretch(strip, last.start_frames, end)
        else:
            stretches.append(Stretch(strip, start, end))
    return stretches


def pieces_of(stretch: Stretch, rate: Fraction, *, last_frame: int | None = None) -> list[Piece]:
    """Return the media of a stretch as pieces of steady speed.

    Before its first and after its last frame a medium stands still.

    Args:
        stretch: part of a strip with media.
        rate: frames per second of the timeline.
        last_frame: number of the media's last frame where it is known.
    """
    strip = stretch.strip
    media_rate = strip.media_rate.exact if strip.media_rate else rate
    start, end = stretch.start_frames, stretch.end_frames
    if strip.retiming:
        moving = list(_retimed(strip.retiming, strip.speed * media_rate / rate, start, end))
    else:
        step = strip.speed * media_rate / rate
        source = strip.source_start_frames + (start - strip.start_frames) * step
        moving = [Piece(start, end - start, source, step)]
    return [part for piece in moving for part in _held(piece, last_frame)]


def _retimed(keys: Sequence[RetimingKey], step: Fraction, start: int, end: int) -> Iterator[Piece]:
    """Cut a stretch at its keys; the first and the last speed go on beyond them."""
    runs = [
        (first, (second.source_frame - first.source_frame) / (second.timeline_frame - first.timeline_frame))
        for first, second in pairwise(keys)
    ] or [(keys[0], step)]
    for number, (key, steady) in enumerate(runs):
        left = start if number == 0 else max(start, key.timeline_frame)
        right = end if number + 1 == len(runs) else min(end, runs[number + 1][0].timeline_frame)
        if left < right:
            yield Piece(left, right - left, key.source_frame + (left - key.timeline_frame) * steady, steady)


def _held(piece: Piece, last_frame: int | None) -> Iterator[Piece]:
    """Cut a piece where it leaves its media; the frame there stays on screen."""
    first, step, count = piece.source_frames, piece.step_frames, piece.frames
    top = None if last_frame is None else Fraction(last_frame)
    if step == 0:
        source = max(ZERO, first if top is None else min(first, top))
        yield Piece(piece.start_frames, count, source, ZERO)
        return
    if step > 0:
        enters = ceil(-first / step)
        leaves = count if top is None else ceil((top + 1 - first) / step)
        before: Fraction | None = ZERO
        after = top
    else:
        enters = 0 if top is None else floor((top + 1 - first) / step) + 1
        leaves = floor(first / -step) + 1
        before, after = top, ZERO
    enters, leaves = min(max(enters, 0), count), min(max(leaves, 0), count)
    if enters > 0 and before is not None:
        yield Piece(piece.start_frames, enters, before, ZERO)
    if enters < leaves:
        yield piece.part(enters, leaves)
    if leaves < count and after is not None:
        late = max(enters, leaves)
        if late < count:
            yield Piece(piece.start_frames + late, count - late, after, ZERO)
