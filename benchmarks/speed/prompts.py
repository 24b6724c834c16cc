"""A second prompt on the same picture, warm, with 100,000 tracks: in process and through a server."""

import argparse
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speed.measure import TEMPTRACK, WORK, MemoryWatch, quantile, run_process, spread, write_result
from benchmarks.speed.planted import planted_library

from temptrack.client.remote import RemoteSuggester
from temptrack.home import ENVIRONMENT_VARIABLE
from temptrack.library.store import LibraryStore
from temptrack.library.types import LibraryReader, TrackFilter
from temptrack.model.bundles import load_bundle
from temptrack.model.types import Bundle, SegmentFeatures
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import PictureSegment, Query, Suggester

LIBRARY = "planted"
PROMPTS = (Path(__file__).with_name("prompts.txt")).read_text(encoding="utf-8").splitlines()
SEGMENTS = 18
FILTER = TrackFilter(
    tempo_min_bpm=80, tempo_max_bpm=150, duration_min_s=90, vocals=False, licences_not=("unknown",)
)
TARGET_MS = 100.0
_READY = re.compile(r"Ready at (\S+):")


def measure(*, tracks: int, rounds: int) -> None:
    """Measure and write results/speed-prompts.json.

    Args:
        tracks: size of the planted library.
        rounds: how often the prompts are gone through, each time with a fresh engine.
    """
    os.environ[ENVIRONMENT_VARIABLE] = str(WORK / f"home-prompts-{tracks}")
    planted_library(LIBRARY, tracks, load_bundle())
    python = str(Path(TEMPTRACK).with_name("python"))
    command = [python, "-m", "benchmarks.speed.prompts", "--rounds", str(rounds)]
    load_before = os.getloadavg()[0]
    here = run_process(command)
    print(f"in process: {here.as_dict()}", flush=True)
    served = [_through_a_server() for _ in range(rounds)]
    kinds = {
        kind: {"in process": here.output["ms"][kind], "server": [ms for each in served for ms in each[kind]]}
        for kind in served[0]
        if kind != "peak_mb"
    }
    write_result(
        "prompts",
        {
            "what": {
                "tracks": tracks,
                "passing_the_filter": here.output["considered"],
                "picture": f"{SEGMENTS} segments, the same for all prompts; the first prompt is not counted",
                "filter": FILTER.model_dump(exclude_defaults=True, mode="json"),
                "prompts": f"{len(PROMPTS)} that share no word with each other (prompts.txt)",
                "server": "`temptrack serve` in a process of its own on the loopback interface",
                "target_p95_ms": TARGET_MS,
            },
            "latency_ms": {
                kind: {where: _latency(values) for where, values in places.items()}
                for kind, places in kinds.items()
            },
            "processor_ms": {kind: _latency(values) for kind, values in here.output["cpu_ms"].items()},
            "stages_ms": here.output["stages"],
            "library_load_s": here.output["load_s"],
            "memory": {
                "in process": here.as_dict(),
                "server_peak_mb": spread([each["peak_mb"][0] for each in served]),
            },
            "load": {"before": round(load_before, 2), "after": round(os.getloadavg()[0], 2)},
        },
    )


def _latency(values: Sequence[float]) -> dict[str, float]:
    p50, p95 = round(quantile(values, 0.5), 2), round(quantile(values, 0.95), 2)
    return {**spread(values), "p50": p50, "p95": p95}


def queries(picture: Sequence[PictureSegment]) -> dict[str, Callable[[str], Query]]:
    base = Query(library=LIBRARY, picture=picture, scope_s=Fraction(10 * SEGMENTS))
    return {
        "with a filter": lambda prompt: replace(base, prompt=prompt, where=FILTER),
        "without a filter": lambda prompt: replace(base, prompt=prompt),
        "with a filter, without picture": lambda prompt: replace(
            base, prompt=prompt, where=FILTER, picture=(), scope_s=None
        ),
    }


def picture_of(encoder_id: str, video_dim: int) -> tuple[PictureSegment, ...]:
    generator = np.random.default_rng(3)
    return tuple(
        PictureSegment(
            features=SegmentFeatures(
                values=generator.standard_normal(video_dim).astype(np.float32), encoder_id=encoder_id
            ),
            start_s=Fraction(10 * number),
            duration_s=Fraction(10),
        )
        for number in range(SEGMENTS)
    )


def ask_all(suggester: Suggester, ask: Callable[[str], Query]) -> tuple[list[float], list[float]]:
    """Return milliseconds of the clock and of this process for every prompt."""
    suggester.suggest(ask("first prompt, not counted"))
    times_ms, cpu_ms = [], []
    for prompt in PROMPTS:
        started, working = time.perf_counter(), time.process_time()
        suggester.suggest(ask(prompt))
        times_ms.append((time.perf_counter() - started) * 1000)
        cpu_ms.append((time.process_time() - working) * 1000)
    return times_ms, cpu_ms


def _through_a_server() -> dict[str, list[float]]:
    """Ask a server started for this; every kind of question asks a server that never heard the prompts."""
    result: dict[str, list[float]] = {"peak_mb": []}
    bundle = load_bundle()
    picture = picture_of(bundle.frame_encoder_id, bundle.video_dim)
    for kind, ask in queries(picture).items():
        with serving() as (address, watch), RemoteSuggester(address) as remote:
            result[kind], _ = ask_all(remote, ask)
            result["peak_mb"].append(watch.stop())
        print(f"server, {kind}: {_latency(result[kind])}", flush=True)
    return result


@contextmanager
def serving() -> Iterator[tuple[str, MemoryWatch]]:
    command = [TEMPTRACK, "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        watch = MemoryWatch(process.pid)
        assert process.stderr is not None
        try:
            for line in process.stderr:
                ready = _READY.search(line)
                if ready:
                    yield ready[1], watch
                    break
            else:
                raise RuntimeError("the server ended before it was ready")
        finally:
            process.terminate()


class _Timed:
    """Stands in front of an object and adds up the time spent in its methods."""

    def __init__(self, inner: Any, spent_s: dict[str, float], name: str) -> None:
        self._inner, self._spent_s, self._name = inner, spent_s, name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._inner, attribute)
        if not callable(value):
            return value
        label = f"{self._name}.{attribute}"

        def call(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return value(*arguments, **options)
            finally:
                self._spent_s[label] = self._spent_s.get(label, 0.0) + time.perf_counter() - started

        return call


def _stages(bundle: Bundle, reader: LibraryReader, ask: Callable[[str], Query]) -> dict[str, float]:
    """Return mean milliseconds a prompt by stage; what is left is reading, reasons and answer."""
    spent_s: dict[str, float] = {}
    suggester = LocalSuggester(
        _Timed(bundle, spent_s, "bundle"), lambda _: _Timed(reader, spent_s, "library")
    )
    suggester.warm_up()
    suggester.suggest(ask("first prompt, not counted"))
    spent_s.clear()
    started = time.perf_counter()
    for prompt in PROMPTS:
        suggester.suggest(ask(prompt))
    total_s = time.perf_counter() - started
    spent_s["everything else"] = total_s - sum(spent_s.values())
    stages = {stage: round(each * 1000 / len(PROMPTS), 3) for stage, each in sorted(spent_s.items())}
    return {**stages, "total": round(total_s * 1000 / len(PROMPTS), 3)}


def main() -> None:
    """Measure in this process and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, required=True)
    rounds = parser.parse_args().rounds
    bundle = load_bundle()
    started = time.perf_counter()
    reader = LibraryStore.open(LIBRARY).reader()
    load_s = time.perf_counter() - started
    kinds = queries(picture_of(bundle.frame_encoder_id, bundle.video_dim))
    newest = LibraryStore.open(LIBRARY)
    times_ms: dict[str, list[float]] = {kind: [] for kind in kinds}
    cpu_ms: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, ask in kinds.items():
            # As the engine of the command line and the server: it looks for a newer version every time.
            suggester = LocalSuggester(bundle, lambda _: reader, current_edition=lambda _: newest.edition)
            suggester.warm_up()
            clock, working = ask_all(suggester, ask)
            times_ms[kind] += clock
            cpu_ms[kind] += working
    print(
        json.dumps(
            {
                "ms": times_ms,
                "cpu_ms": cpu_ms,
                "considered": reader.count(FILTER),
                "load_s": round(load_s, 3),
                "stages": _stages(bundle, reader, kinds["with a filter"]),
            }
        )
    )


if __name__ == "__main__":
    main()
