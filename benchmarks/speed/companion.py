"""The companion as a panel meets it: from its start to ready, its first answer, the next prompt."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from benchmarks.speed.film import prepare_film
from benchmarks.speed.measure import ROOT, TEMPTRACK, WORK, quantile, spread, write_result
from benchmarks.speed.planted import planted_library
from benchmarks.speed.prompts import LIBRARY, PROMPTS

from temptrack.home import ENVIRONMENT_VARIABLE
from temptrack.model.bundles import load_bundle

sys.path.insert(0, str(ROOT / "plugins"))

from panel.companion_link import CompanionLink
from panel.problems import PanelError, Problem

Json = dict[str, Any]

_LOOK_S = 0.001


def measure(*, tracks: int, starts: int) -> None:
    """Measure and write results/speed-companion.json.

    Args:
        tracks: size of the planted library.
        starts: how many companions are started, one after the other; the first warms the disk and is not
            counted.
    """
    bundle = load_bundle()
    home = WORK / f"home-companion-{tracks}-{bundle.digest[:12]}"
    os.environ[ENVIRONMENT_VARIABLE] = str(home)
    planted_library(LIBRARY, tracks, bundle)
    film = prepare_film(WORK / "film")
    load_before = round(os.getloadavg()[0], 2)
    rows = [_one_companion(str(film.timeline)) for _ in range(starts + 1)][1:]
    load = {"before": load_before, "after": round(os.getloadavg()[0], 2)}
    wall_ms = [ms for row in rows for ms in row["next_ms"]]
    write_result(
        "companion",
        {
            "what": {
                "tracks": tracks,
                "picture": "three minutes of 1080p in 18 segments, features in the cache on disk",
                "prompts": f"{len(PROMPTS)} that share no word with each other (prompts.txt)",
                "started": "by plugins/panel over its pipes; the disk is warm",
                "targets": {"ready_s": 1.5, "next_prompt_ms": 100},
            },
            "load": load,
            "ready": {key: spread([row["ready"][key] for row in rows]) for key in ("wall_s", "cpu_s")},
            "first_answer": {key: spread([row["first"][key] for row in rows]) for key in ("wall_s", "cpu_s")},
            "next_prompt": {
                "wall_ms": {**spread(wall_ms), "p95": round(quantile(wall_ms, 0.95), 1)},
                "cpu_ms": spread([row["next_cpu_ms"] for row in rows]),
            },
        },
    )


def _one_companion(timeline: str) -> Json:
    with _started() as link:
        began = time.perf_counter()
        link.start()
        assert link.process_id is not None
        process = psutil.Process(link.process_id)
        host = {"name": "Benchmark", "version": "1"}
        introduction = {"protocol": 1, "host": host, "plugin_version": "1", "process_id": os.getpid()}
        _ask(link, "initialize", introduction)
        ready = {"wall_s": time.perf_counter() - began, "cpu_s": _cpu_s(process)}
        question = {"library": LIBRARY, "timeline": {"path": timeline}, "limit": 20}
        _ask(link, "suggest", question | {"prompt": "something else"})
        first = {"wall_s": time.perf_counter() - began, "cpu_s": _cpu_s(process)}
        next_ms = []
        before_s = _cpu_s(process)
        for prompt in PROMPTS:
            asked = time.perf_counter()
            _ask(link, "suggest", question | {"prompt": prompt})
            next_ms.append((time.perf_counter() - asked) * 1000)
        next_cpu_ms = (_cpu_s(process) - before_s) * 1000 / len(PROMPTS)
    row = {"ready": ready, "first": first, "next_ms": next_ms, "next_cpu_ms": next_cpu_ms}
    print(f"ready {ready['wall_s']:.2f} s, first answer {first['wall_s']:.2f} s", flush=True)
    return row


@contextmanager
def _started() -> Iterator[CompanionLink]:
    link = CompanionLink([TEMPTRACK, "companion"])
    try:
        yield link
    finally:
        link.close()


def _ask(link: CompanionLink, method: str, params: Json) -> Json:
    answers: list[Any] = []
    link.request(method, params, answers.append, answers.append)
    while not answers:
        link.poll()
        time.sleep(_LOOK_S)
    if isinstance(answers[0], Problem):
        raise PanelError(answers[0])
    answer: Json = answers[0]
    return answer


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
