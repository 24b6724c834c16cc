"""Timelines drawn from real clips by a seeded generator, and a plan of them."""

import random
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from temptrack.media.probe import probe

RATE = 25
PROMPTS = ("calm hopeful piano", "driving and tense", "warm strings for a farewell", "light and playful", "")
WHAT = (
    "three to five shots of one to three seconds from clips drawn at random, a second of black between two; "
    "a third of the timelines by two markers, a third by gaps, a third whole; ten timelines an episode"
)
_LEAST_S = 4
_ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi")


def clips_in(footage: Path) -> list[tuple[Path, float]]:
    """Return the clips of a folder that last four seconds or more, each with its length in seconds."""
    found = []
    for path in sorted(footage.iterdir()):
        if path.suffix.lower() in _ENDINGS:
            duration_s = probe(path).duration_s
            if duration_s is not None and duration_s >= _LEAST_S:
                found.append((path.absolute(), float(duration_s)))
    return found


def write_plan(folder: Path, clips: list[tuple[Path, float]], count: int, seed: int) -> Path:
    """Write so many timelines and a plan of them into a folder, and return the plan."""
    drawn = random.Random(seed)
    folder.mkdir(parents=True)
    rows = ["timeline,production,episode,scenes,prompt"]
    for number in range(count):
        path = folder / f"cut{number:04}.otio"
        scenes = ("markers", "gaps", "whole")[number % 3]
        otio.adapters.write_to_file(_cut(clips, drawn, marked=scenes == "markers"), str(path))
        rows.append(f"{path.name},Kills,{number // 10},{scenes},{drawn.choice(PROMPTS)}")
    plan = folder / "plan.csv"
    plan.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return plan


def _cut(clips: list[tuple[Path, float]], drawn: random.Random, *, marked: bool) -> Any:
    timeline = otio.schema.Timeline(name="cut", global_start_time=RationalTime(90_000, RATE))
    lane = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    for shot in range(drawn.randint(3, 5)):
        path, duration_s = drawn.choice(clips)
        frames = drawn.randint(RATE, 3 * RATE)
        first = drawn.randint(0, max(0, int(duration_s * RATE) - frames - 1))
        whole = TimeRange(RationalTime(0, RATE), RationalTime(int(duration_s * RATE), RATE))
        lane.append(
            otio.schema.Clip(
                name=path.stem,
                media_reference=otio.schema.ExternalReference(target_url=str(path), available_range=whole),
                source_range=TimeRange(RationalTime(first, RATE), RationalTime(frames, RATE)),
            )
        )
        if shot == 1:
            lane.append(otio.schema.Gap(source_range=TimeRange(duration=RationalTime(RATE, RATE))))
    timeline.tracks.append(lane)
    if marked:
        length = int(lane.duration().value) // 2
        for name, start in (("first", 0), ("second", length)):
            span = TimeRange(RationalTime(start, RATE), RationalTime(length, RATE))
            timeline.tracks.markers.append(otio.schema.Marker(name=name, marked_range=span))
    return timeline
