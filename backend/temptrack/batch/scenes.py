"""Splits a part of a timeline into scenes that get a cue each: by markers, gaps, or clusters of shots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from temptrack.errors import NotReady
from temptrack.model.types import Matrix
from temptrack.seat.cuts import Cut
from temptrack.suggest.types import PictureSegment
from temptrack.timeline.flatten import flatten
from temptrack.timeline.marks import MarkerSpan, markers_of
from temptrack.timeline.rates import nearest_frame
from temptrack.timeline.segments import RecordRange

_SHORTEST_GAP_S = Fraction(1, 2)
"""Black that is shorter is a flash between two shots of one scene."""

_LEAST_OVERLAP_S = Fraction(1, 2)
"""A segment that reaches less far into a scene has no say in it."""

_NEAR_CUT_S = 5
"""How far, in seconds, the border between scenes may move to the next cut: half a segment."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of a timeline that gets one cue.

    Attributes:
        label: how it came about, in words.
        start_frames: first record frame.
        end_frames: end, exclusive.
    """

    label: str
    start_frames: int
    end_frames: int


def scenes_of_markers(cut: Cut) -> list[Scene]:
    """Return a scene for each marker with a length; where none has one, from each marker to the next.

    Raises:
        NotReady: there is no marker in the part (NO_SCENES).
    """
    first, last = cut.scope.record.start_frames, cut.scope.record.end_frames
    inside = [m for m in markers_of(cut.file) if m.start_frames < last and m.end_frames >= first]
    long = [marker for marker in inside if marker.end_frames - marker.start_frames > 1]
    scenes = [
        Scene(_named(m), max(m.start_frames, first), min(m.end_frames, last))
        for m in (long or _to_the_next(inside, last))
    ]
    scenes = [scene for scene in scenes if scene.start_frames < scene.end_frames]
    if not scenes:
        raise NotReady(
            f"There is no marker in the {cut.scope.label} of '{cut.file.name}'.",
            reason="NO_SCENES",
            hint="Set markers in the editor, or split it another way: scenes gaps or shots.",
        )
    return scenes


def scenes_of_gaps(cut: Cut) -> list[Scene]:
    """Return a scene for each stretch of picture between two gaps of half a second or more.

    Raises:
        NotReady: there is no picture in the part (NO_SCENES).
    """
    record = cut.scope.record
    joined: list[list[int]] = []
    for look in flatten(cut.file).looks:
        start, end = max(look.start_frames, record.start_frames), min(look.end_frames, record.end_frames)
        if start >= end:
            continue
        if joined and (start - joined[-1][1]) / record.rate < _SHORTEST_GAP_S:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    if not joined:
        raise NotReady(
            f"There is no picture in the {cut.scope.label} of '{cut.file.name}'.",
            reason="NO_SCENES",
            hint="Choose a part with picture, or ask for the part as a whole.",
        )
    return [Scene(f"scene {number}", start, end) for number, (start, end) in enumerate(joined, start=1)]


def scenes_of_shots(cut: Cut, picture: Sequence[PictureSegment], scene_s: int) -> list[Scene]:
    """Return scenes of about equal picture, borders where it changes most, moved to the nearest cut.

    Segments that follow each other are joined as long as they are alike, the most alike first, until scenes
    have the wanted length on average.

    Args:
        cut: the part.
        picture: its segments with picture, in record order.
        scene_s: about how long a scene is, in seconds.
    """
    record = cut.scope.record
    wanted = max(1, round(record.duration_s / scene_s))
    borders = [record.start_frames]
    if len(picture) > 1:
        cuts = [look.start_frames for look in flatten(cut.file).looks]
        near_frames = nearest_frame(Fraction(_NEAR_CUT_S), record.rate)
        for first in joined_rows(np.stack([segment.features.values for segment in picture]), wanted)[1:]:
            at = nearest_frame(picture[first].start_s, record.rate)
            nearest = min(cuts, key=lambda frame: (abs(frame - at), frame), default=at)
            at = nearest if abs(nearest - at) <= near_frames else at
            if borders[-1] < at < record.end_frames:
                borders.append(at)
    ends = [*borders[1:], record.end_frames]
    return [
        Scene(f"scene {number}", start, end)
        for number, (start, end) in enumerate(zip(borders, ends, strict=True), start=1)
    ]


def joined_rows(rows: Matrix, groups: int) -> list[int]:
    """Return the first row of each group, when neighbours are joined until so many groups are left.

    Groups whose means point the same way are joined first. Rows count from the mean of all rows: what is
    common to the whole part says nothing about its scenes.

    Args:
        rows: [count, dim].
        groups: how many to leave, at least 1.
    """
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    sums = [row.copy() for row in centred]
    counts = [1] * len(sums)
    firsts = list(range(len(sums)))
    while len(firsts) > groups:
        costs = [_cost(sums[i], counts[i], sums[i + 1], counts[i + 1]) for i in range(len(firsts) - 1)]
        joint = int(np.argmin(costs))
        sums[joint] += sums.pop(joint + 1)
        counts[joint] += counts.pop(joint + 1)
        del firsts[joint + 1]
    return firsts


def picture_of(scene: Scene, picture: Iterable[PictureSegment], rate: Fraction) -> tuple[PictureSegment, ...]:
    """Return what was seen in a scene, each segment as far as it lies in it."""
    record = RecordRange(scene.start_frames, scene.end_frames - scene.start_frames, rate)
    end_s = record.start_s + record.duration_s
    found = []
    for segment in picture:
        start_s = max(segment.start_s, record.start_s)
        until_s = min(segment.start_s + segment.duration_s, end_s)
        if until_s - start_s >= min(_LEAST_OVERLAP_S, record.duration_s):
            found.append(PictureSegment(segment.features, start_s, until_s - start_s))
    return tuple(found)


def _cost(first: Matrix, first_count: int, second: Matrix, second_count: int) -> float:
    """Return how much the spread within groups grows when two become one (Ward, 1963)."""
    difference = first / first_count - second / second_count
    return float(difference @ difference) * first_count * second_count / (first_count + second_count)


def _to_the_next(markers: Sequence[MarkerSpan], last: int) -> list[MarkerSpan]:
    ends = [*(marker.start_frames for marker in markers), last][1:]
    return [MarkerSpan(m.name, m.start_frames, end) for m, end in zip(markers, ends, strict=True)]


def _named(marker: MarkerSpan) -> str:
    return f"marker '{marker.name}'" if marker.name else "marker"
