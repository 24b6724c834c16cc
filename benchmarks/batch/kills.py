"""Hundreds of timelines of real clips, killed again and again: the same in the end, and nothing done twice.

    python -m benchmarks.batch.kills --library NAME --footage FOLDER

NAME is a library of this machine. Timelines are drawn from the clips of FOLDER by a seeded generator: cuts of
one to four seconds, some with a gap, some with markers. The batch is killed with SIGKILL at random moments,
each time resumed, until it has ended; then it is run undisturbed in another folder, with another cache. Every
file that is handed on is compared byte by byte, and an answer that was written again would be another file
(inode and time). Writes results/batch-kills.json.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import opentimelineio as otio
from benchmarks.speed.measure import RESULTS, TEMPTRACK, WORK, machine
from opentimelineio.opentime import RationalTime, TimeRange

from temptrack.home import ENVIRONMENT_VARIABLE
from temptrack.library.store import LibraryStore
from temptrack.media.probe import probe

RATE = 25
PROMPTS = ("calm hopeful piano", "driving and tense", "warm strings for a farewell", "light and playful", "")
RULES = ("--no-repeat", "5", "--family", "0.2")
RESULT = RESULTS / "batch-kills.json"
_LEAST_S = 4
_ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi")


def main() -> None:
    options = _options()
    library = LibraryStore.open(options.library)
    work = WORK / "batch-kills"
    shutil.rmtree(work, ignore_errors=True)
    moments = random.Random(options.seed)
    clips = _clips(options.footage)
    plan = _write_plan(work / "cuts", clips, options.timelines, moments)
    kills = _run_and_kill(plan, work / "killed", library.uri, options, moments)
    started = time.perf_counter()
    _run(plan, work / "undisturbed", library.uri)
    undisturbed_s = time.perf_counter() - started
    expected, found = _written(work / "undisturbed"), _written(work / "killed")
    differing = sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )
    document = {
        "benchmark": "batch-kills",
        "command": f"python -m benchmarks.batch.kills {' '.join(sys.argv[1:])}",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "what": {
            "timelines": options.timelines,
            "clips": len(clips),
            "library": options.library,
            "tracks": library.info().track_count,
            "batch": f"`temptrack batch PLAN {' '.join(RULES)}`, after each kill again with --resume",
        },
        "undisturbed_s": round(undisturbed_s, 1),
        "files": len(expected),
        **kills,
        "differing": differing,
    }
    RESULT.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=2))
    if differing or kills["answered_twice"] or kills["kills"] < options.kills:
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", required=True)
    parser.add_argument("--footage", type=Path, required=True)
    parser.add_argument("--timelines", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pause", type=float, default=20.0, help="mean seconds between two kills")
    parser.add_argument("--seed", type=int, default=6)
    return parser.parse_args()


def _clips(footage: Path) -> list[tuple[Path, float]]:
    found = []
    for path in sorted(footage.iterdir()):
        if path.suffix.lower() in _ENDINGS:
            duration_s = probe(path).duration_s
            if duration_s is not None and duration_s >= _LEAST_S:
                found.append((path.absolute(), float(duration_s)))
    return found


def _write_plan(folder: Path, clips: list[tuple[Path, float]], count: int, moments: random.Random) -> Path:
    folder.mkdir(parents=True)
    rows = ["timeline,production,episode,scenes,prompt"]
    for number in range(count):
        path = folder / f"cut{number:04}.otio"
        marked = number % 3 == 0
        otio.adapters.write_to_file(_cut(clips, moments, marked=marked), str(path))
        scenes = "markers" if marked else ("gaps", "whole")[number % 3 - 1]
        prompt = moments.choice(PROMPTS)
        rows.append(f"{path.name},Kills,{number // 10},{scenes},{prompt}")
    plan = folder / "plan.csv"
    plan.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return plan


def _cut(clips: list[tuple[Path, float]], moments: random.Random, *, marked: bool) -> Any:
    timeline = otio.schema.Timeline(name="cut", global_start_time=RationalTime(90_000, RATE))
    lane = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    for shot in range(moments.randint(4, 8)):
        path, duration_s = moments.choice(clips)
        frames = moments.randint(RATE, 4 * RATE)
        first = moments.randint(0, max(0, int(duration_s * RATE) - frames - 1))
        whole = TimeRange(RationalTime(0, RATE), RationalTime(int(duration_s * RATE), RATE))
        lane.append(
            otio.schema.Clip(
                name=path.stem,
                media_reference=otio.schema.ExternalReference(target_url=str(path), available_range=whole),
                source_range=TimeRange(RationalTime(first, RATE), RationalTime(frames, RATE)),
            )
        )
        if shot == 2:
            lane.append(otio.schema.Gap(source_range=TimeRange(duration=RationalTime(RATE, RATE))))
    timeline.tracks.append(lane)
    if marked:
        length = int(lane.duration().value) // 2
        for name, start in (("first", 0), ("second", length)):
            span = TimeRange(RationalTime(start, RATE), RationalTime(length, RATE))
            timeline.tracks.markers.append(otio.schema.Marker(name=name, marked_range=span))
    return timeline


def _command(plan: Path, out: Path, library: str) -> list[str]:
    return [TEMPTRACK, "batch", str(plan), "-o", str(out), "-l", library, *RULES, "--resume", "--json"]


def _environment(out: Path) -> dict[str, str]:
    # A cache of its own: what the other run saw would leave nothing to be killed at.
    return {**os.environ, ENVIRONMENT_VARIABLE: str(out.with_name(f"home-{out.name}"))}


def _run(plan: Path, out: Path, library: str) -> None:
    command = _command(plan, out, library)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_environment(out))


def _run_and_kill(
    plan: Path, out: Path, library: str, options: argparse.Namespace, moments: random.Random
) -> dict[str, Any]:
    """Kill the batch as often as wanted, then let it end."""
    command, environment = _command(plan, out, library), _environment(out)
    answers: dict[Path, tuple[int, int]] = {}
    known: list[int] = []
    again = 0
    while len(known) < options.kills:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
            time.sleep(moments.uniform(2.0, max(2.0, 2 * options.pause - 2.0)))
            if process.poll() == 0:
                break  # it ended before it was killed often enough; the result says so
            if process.returncode is not None:
                raise RuntimeError(f"the batch ended with {process.returncode}")
            os.kill(process.pid, signal.SIGKILL)
        now = _answers(out)
        again += sum(now.get(path) != state for path, state in answers.items())
        answers = now
        known.append(len(answers))
        print(f"kill {len(known)}: {len(answers)} answers", flush=True)
    _run(plan, out, library)
    now = _answers(out)
    again += sum(now.get(path) != state for path, state in answers.items())
    return {"kills": len(known), "answers_at_kills": known, "answers": len(now), "answered_twice": again}


def _answers(out: Path) -> dict[Path, tuple[int, int]]:
    found = {path: path.stat() for path in (out / "answers").glob("*/*.json")}
    return {path: (state.st_ino, state.st_mtime_ns) for path, state in found.items()}


def _written(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in paths
        if path.relative_to(folder).parts[0] != "answers"
    }


if __name__ == "__main__":
    main()
