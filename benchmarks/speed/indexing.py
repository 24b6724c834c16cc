"""Indexing a folder of music: tracks a core-second, times realtime, and where the time goes."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import TEMPTRACK, WORK, Run, run_process, spread, summary, write_result

from temptrack.errors import NotFound
from temptrack.home import ENVIRONMENT_VARIABLE
from temptrack.library.store import LibraryStore, delete_library
from temptrack.model.bundles import load_bundle

LIBRARY = "indexing"
ENDINGS = (".ogg", ".mp3", ".flac", ".opus", ".wav", ".m4a")
WORKERS = (1, 2)


def measure(*, music: Path | None, tracks: int, repeats: int) -> None:
    """Measure and write results/speed-indexing.json.

    Args:
        music: folder of music; None composes some, for a machine that has none.
        tracks: how many files of it are indexed, the first by path that are longer than a jingle.
        repeats: how often, in turns, with each number of workers.
    """
    os.environ[ENVIRONMENT_VARIABLE] = str(WORK / "home-indexing")
    folder, source = _gather(music, tracks)
    runs: dict[int, list[Run]] = {workers: [] for workers in WORKERS}
    for number in range(repeats):
        for workers, done in runs.items():
            done.append(_index(folder, workers))
            print(f"{number + 1}/{repeats} workers {workers}: {done[-1].as_dict()}", flush=True)
    write_result(
        "indexing",
        {
            "what": {
                "music": source,
                "tracks": runs[WORKERS[0]][0].output["added"],
                "audio_s": runs[WORKERS[0]][0].output["audio_s"],
                "command": "`temptrack library index`, from the start of the process, into an empty library",
            },
            "workers": {str(workers): _figures(done) for workers, done in runs.items()},
        },
    )


def _gather(music: Path | None, tracks: int) -> tuple[Path, str]:
    folder = WORK / "music"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if music is None:
        return _composed(folder)
    found = [path for path in sorted(music.rglob("*")) if path.suffix.lower() in ENDINGS and path.is_file()]
    chosen = [path for path in found if path.stat().st_size > 500_000][:tracks]
    for number, path in enumerate(chosen):
        (folder / f"{number:02d} {path.name}").symlink_to(path.absolute())
    return folder, f"{len(chosen)} real tracks ({', '.join(sorted({path.suffix for path in chosen}))})"


def _composed(folder: Path) -> tuple[Path, str]:
    import wave

    from temptrack.demo.composed import PIECES, RATE_HZ, compose

    for piece in PIECES:
        with wave.open(str(folder / f"{piece.title}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(compose(piece).tobytes())
    return folder, f"{len(PIECES)} composed pieces (.wav)"


def _index(folder: Path, workers: int) -> Run:
    bundle = load_bundle()
    with suppress(NotFound):
        delete_library(LIBRARY)
    LibraryStore.create(LIBRARY, bundle_id=bundle.id, bundle_digest=bundle.digest)
    command = [TEMPTRACK, "library", "index", LIBRARY, str(folder), "--workers", str(workers), "--json"]
    run = run_process(command)
    if run.output["failed"]:
        raise RuntimeError(f"not indexed: {run.output['failed']}")
    return run


def _figures(runs: list[Run]) -> dict[str, Any]:
    stages = runs[0].output["seconds"].keys()
    return {
        **summary(runs),
        "tracks_per_core_second": spread([run.output["added"] / run.cpu_s for run in runs]),
        "times_realtime": spread([run.output["audio_s"] / run.wall_s for run in runs]),
        "times_realtime_per_core": spread([run.output["audio_s"] / run.cpu_s for run in runs]),
        "core_seconds_by_stage": {
            stage: spread([run.output["seconds"][stage] for run in runs])
            for stage in stages
            if stage != "wall"
        },
    }
