"""Pieces of footage as timelines of one clip, and what the product sees of them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from temptrack.media.frames import sample_frames
from temptrack.media.probe import probe
from temptrack.media.types import Frames, FrameSpec, Sampling
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.segments import Scope

LONGEST_S = 60
MOVIES = frozenset({".mp4", ".mkv", ".webm", ".avi", ".mov"})


@dataclass(frozen=True, slots=True)
class Footage:
    """A piece of picture to ask for.

    Attributes:
        name: how tables call it.
        path: the file.
        start_s: where the piece starts in the file, seconds.
        duration_s: its length, seconds.
    """

    name: str
    path: Path
    start_s: float
    duration_s: float


def movies(reference: Path) -> list[Footage]:
    """Return all movies of the reference material, at most a minute of each."""
    found = []
    for path in sorted((reference / "video").iterdir()):
        if path.suffix.lower() in MOVIES and (length_s := probe(path).duration_s):
            found.append(Footage(path.stem, path, 0, min(float(length_s), LONGEST_S)))
    return found


def scope_of(footage: Footage) -> Scope:
    """Return the whole of a timeline that holds the piece and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        cut = Path(folder) / "cut.otio"
        otio.adapters.write_to_file(_timeline(footage), str(cut))
        return select_scope(read_timeline(cut))


def frames_of(footage: Footage, spec: FrameSpec) -> list[tuple[Frames, Sequence[int]]]:
    """Return frames and repeats of every segment with picture."""
    sampled = sample_frames(scope_of(footage).segments, sampling=Sampling.STANDARD, spec=spec)
    return [(segment.frames, segment.repeats) for segment in sampled if len(segment.frames)]


def _timeline(footage: Footage) -> Any:
    video = probe(footage.path).video
    rate = float(video.rate) if video is not None and video.rate is not None else 25.0
    moving = footage.path.suffix.lower() in MOVIES
    start, length = round(footage.start_s * rate), max(1, int(footage.duration_s * rate))
    span = TimeRange(RationalTime(start, rate), RationalTime(length, rate))
    media = otio.schema.ExternalReference(target_url=footage.path.as_uri())
    if moving:
        media.available_range = TimeRange(RationalTime(0, rate), RationalTime(start + length, rate))
    timeline = otio.schema.Timeline(name=footage.name)
    lane = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    lane.append(otio.schema.Clip(name=footage.name, media_reference=media, source_range=span))
    timeline.tracks.append(lane)
    return timeline
