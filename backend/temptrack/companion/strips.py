"""From a host's description of its timeline to an OpenTimelineIO timeline: all else is as with files."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any

from opentimelineio import schema
from opentimelineio.opentime import RationalTime, TimeRange

from temptrack.companion.strip_media import ImageRun, image_runs
from temptrack.companion.strip_pieces import Piece, Stretch, on_top, pieces_of
from temptrack.companion.strip_timeline import Strip, StripKind, StripTimeline, all_strips
from temptrack.timeline.read import open_timeline
from temptrack.timeline.references import HOST_RENDER
from temptrack.timeline.scope import ITEM_IDS
from temptrack.timeline.timeline_file import TimelineFile

_RENDERED = (StripKind.SCENE, StripKind.GENERATOR)
_WITHOUT_PICTURE = (StripKind.EFFECT, StripKind.ADJUSTMENT)
_NAMED = 3
_FROM_ZERO = TimeRange(RationalTime(0, 24), RationalTime(1, 24))


def timeline_of(description: StripTimeline) -> TimelineFile:
    """Return a host's timeline in the form that scopes are chosen from.

    Its record frame 0 is the host's first frame, or the start of the earliest strip where that is earlier;
    ``start_frames`` of the result is that frame in the host's numbers, so host frame = record frame +
    ``start_frames``. Strips and lanes that are switched off, effects and adjustments are left out. What had
    to be decided is in ``notes``.

    Args:
        description: what the host says.

    Raises:
        InvalidRequest: the rate is none (BAD_RATE).
    """
    return _Builder(description).build()


class _Builder:
    """Builds one timeline; everything below the lanes counts in host frames until it becomes an item."""

    def __init__(self, description: StripTimeline) -> None:
        self._description = description
        self._rate = description.rate.exact
        self._rate_hz = float(self._rate)
        starts = [strip.start_frames for strip in all_strips(description) if strip.enabled]
        self._origin = min([description.start_frames, *starts])
        self._notes: list[str] = []

    def build(self) -> TimelineFile:
        timeline = schema.Timeline(
            name=self._description.name, global_start_time=RationalTime(self._origin, self._rate_hz)
        )
        for lane in self._description.lanes:
            strips = _heard_or_seen(lane.strips) if lane.enabled else []
            pictures = [strip for strip in strips if strip.kind is not StripKind.SOUND]
            stretches = on_top(pictures)
            self._note_hidden(lane.name, pictures, stretches)
            if stretches:
                timeline.tracks.append(self._picture_lane(lane.name, stretches, self._origin, ()))
            timeline.tracks.extend(self._sound_lanes(lane.name, strips, self._origin, ()))
        return open_timeline(timeline, name=self._description.name or "timeline", notes=tuple(self._notes))

    def _picture_lane(
        self, name: str, stretches: Sequence[Stretch], origin: int, parents: tuple[str, ...]
    ) -> Any:
        items = []
        for stretch in stretches:
            ids = (*parents, stretch.strip.id)
            items += [(start, frames, item) for start, frames, item in self._pictures(stretch, ids)]
        return self._track(name, schema.TrackKind.Video, items, origin)

    def _sound_lanes(
        self, name: str, strips: Sequence[Strip], origin: int, parents: tuple[str, ...]
    ) -> list[Any]:
        """Return lanes of sound, as many as it takes: sounds that overlap are heard together."""
        lanes = []
        for together in _side_by_side([strip for strip in strips if strip.kind is StripKind.SOUND]):
            items = []
            for strip in together:
                for piece in pieces_of(Stretch(strip, strip.start_frames, strip.end_frames), self._rate):
                    item = self._clip(strip, piece, _file(strip.path), (*parents, strip.id))
                    items.append((piece.start_frames, piece.frames, item))
            lanes.append(self._track(name, schema.TrackKind.Audio, items, origin))
        return lanes

    def _track(self, name: str, kind: str, items: Sequence[tuple[int, int, Any]], origin: int) -> Any:
        track = schema.Track(name=name, kind=kind)
        at = origin
        for start, frames, item in items:
            if start > at:
                track.append(schema.Gap(source_range=self._range(0, start - at)))
            track.append(item)
            at = start + frames
        return track

    def _pictures(self, stretch: Stretch, ids: tuple[str, ...]) -> Iterator[tuple[int, int, Any]]:
        strip, start = stretch.strip, stretch.start_frames
        frames = stretch.end_frames - start
        if strip.kind in _RENDERED:
            made_by_host = schema.GeneratorReference(name=strip.name, generator_kind=HOST_RENDER)
            yield (
                start,
                frames,
                self._clip(strip, Piece(start, frames, Fraction(0), Fraction(0)), made_by_host, ids),
            )
        elif strip.kind is StripKind.META:
            yield start, frames, self._meta(stretch, ids)
        elif strip.kind is StripKind.IMAGE:
            yield (
                start,
                frames,
                self._clip(strip, Piece(start, frames, Fraction(0), Fraction(0)), _file(strip.path), ids),
            )
        elif strip.kind is StripKind.IMAGE_SEQUENCE:
            for piece, reference in self._images(stretch):
                yield piece.start_frames, piece.frames, self._clip(strip, piece, reference, ids)
        else:
            for piece in pieces_of(stretch, self._rate):
                yield piece.start_frames, piece.frames, self._clip(strip, piece, _file(strip.path), ids)

    def _images(self, stretch: Stretch) -> Iterator[tuple[Piece, Any]]:
        """Yield the pieces of an image sequence, cut where its numbering does not go on by one."""
        strip = stretch.strip
        runs = image_runs(strip.files)
        if not runs:
            yield (
                Piece(
                    stretch.start_frames, stretch.end_frames - stretch.start_frames, Fraction(0), Fraction(0)
                ),
                _file(""),
            )
            return
        firsts = [0, *accumulate(run.count for run in runs)]
        rate_hz = float(self._media_rate(strip))
        for piece in pieces_of(stretch, self._rate, last_frame=firsts[-1] - 1):
            for number, part in _by_run(piece, firsts):
                source = part.source_frames - firsts[number]
                yield (
                    Piece(part.start_frames, part.frames, source, part.step_frames),
                    _images_reference(strip.directory, runs[number], rate_hz),
                )

    def _meta(self, stretch: Stretch, ids: tuple[str, ...]) -> Any:
        """Return a nested stack: its own time starts with its earliest child, its range is what is seen."""
        strips = _heard_or_seen(stretch.strip.strips)
        origin = min([stretch.start_frames, *(strip.start_frames for strip in strips)])
        stack = schema.Stack(name=stretch.strip.name)
        for level in _side_by_side([strip for strip in strips if strip.kind is not StripKind.SOUND]):
            stack.append(self._picture_lane("", on_top(level), origin, ids))
        stack.extend(self._sound_lanes("", strips, origin, ids))
        if stretch.strip.speed != 1 or stretch.strip.retiming:
            self._notes.append(
                f"'{stretch.strip.name}' changes the speed of the strips in it; read at normal speed."
            )
        frames = stretch.end_frames - stretch.start_frames
        stack.source_range = self._range(stretch.start_frames - origin, frames)
        return stack

    def _clip(self, strip: Strip, piece: Piece, reference: Any, ids: tuple[str, ...]) -> Any:
        media_rate = self._media_rate(strip)
        step = piece.step_frames
        first = piece.source_frames
        if step < 0:
            # A range that runs backwards is read from its end: there the frame shown first has its own end.
            first += (piece.frames - 1) * step
        clip = schema.Clip(
            name=strip.name or strip.id,
            media_reference=reference,
            source_range=TimeRange(
                RationalTime(float(first), float(media_rate)), RationalTime(piece.frames, self._rate_hz)
            ),
            metadata={ITEM_IDS: list(ids)},
        )
        speed = step * self._rate / media_rate
        if step == 0 and not isinstance(reference, schema.GeneratorReference):
            clip.effects.append(schema.FreezeFrame())
        elif speed not in (0, 1):
            clip.effects.append(schema.LinearTimeWarp(time_scalar=float(speed)))
        return clip

    def _media_rate(self, strip: Strip) -> Fraction:
        return strip.media_rate.exact if strip.media_rate else self._rate

    def _range(self, start: int, frames: int) -> Any:
        return TimeRange(RationalTime(start, self._rate_hz), RationalTime(frames, self._rate_hz))

    def _note_hidden(self, lane: str, strips: Sequence[Strip], stretches: Sequence[Stretch]) -> None:
        seen = dict.fromkeys((strip.id for strip in strips), 0)
        for stretch in stretches:
            seen[stretch.strip.id] += stretch.end_frames - stretch.start_frames
        hidden = [
            f"'{strip.name or strip.id}'"
            for strip in strips
            if seen[strip.id] < strip.end_frames - strip.start_frames
        ]
        if hidden:
            more = f" and {len(hidden) - _NAMED} more" if len(hidden) > _NAMED else ""
            self._notes.append(
                f"In lane '{lane}' strips overlap and hide parts of {', '.join(hidden[:_NAMED])}{more}: "
                "the one that starts later was looked at."
            )


def _heard_or_seen(strips: Sequence[Strip]) -> list[Strip]:
    return [
        strip
        for strip in strips
        if strip.enabled and strip.kind not in _WITHOUT_PICTURE and strip.start_frames < strip.end_frames
    ]


def _side_by_side(strips: Sequence[Strip]) -> list[list[Strip]]:
    """Spread strips over levels without overlaps; a later one that overlaps an earlier one lies above it."""
    levels: list[list[Strip]] = []
    for strip in strips:
        height = 0
        for number, level in enumerate(levels):
            if any(
                strip.start_frames < other.end_frames and other.start_frames < strip.end_frames
                for other in level
            ):
                height = number + 1
        if height == len(levels):
            levels.append([])
        levels[height].append(strip)
    return [sorted(level, key=lambda strip: strip.start_frames) for level in levels]


def _by_run(piece: Piece, firsts: Sequence[int]) -> Iterator[tuple[int, Piece]]:
    """Cut a piece wherever it goes from one run of images to another."""
    if len(firsts) == 2:
        yield 0, piece
        return

    def run_at(frame: int) -> int:
        return bisect_right(firsts, piece.source_frames + frame * piece.step_frames) - 1

    start, number = 0, run_at(0)
    for frame in range(1, piece.frames):
        other = run_at(frame)
        if other != number:
            yield number, piece.part(start, frame)
            start, number = frame, other
    yield number, piece.part(start, piece.frames)


def _file(path: str) -> Any:
    # A media range from zero says that clips count from the file's first frame, whatever timecode it carries.
    return (
        schema.ExternalReference(target_url=path, available_range=_FROM_ZERO)
        if path
        else schema.MissingReference()
    )


def _images_reference(directory: str, run: ImageRun, rate_hz: float) -> Any:
    if run.count == 1:
        return _file(f"{directory.rstrip('/')}/{run.first_name}")
    return schema.ImageSequenceReference(
        target_url_base=directory,
        name_prefix=run.prefix,
        name_suffix=run.suffix,
        start_frame=run.first_number,
        frame_step=1,
        frame_zero_padding=run.digits,
        rate=rate_hz,
        available_range=_FROM_ZERO,
    )
