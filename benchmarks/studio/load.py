"""Many seats at once, some of which leave, hurry or send what is wrong: is every answer the right one?

    python -m benchmarks.studio.load --seconds 600 --seats 64

A real `temptrack serve` with TLS and tokens answers on loopback. Seats first ask one question after the other
without a pause, which is more than the machine can do; then, for a fifth of that time, with pauses, as people
do. Every answer is compared with the one that the engine gives in this process. Writes
results/studio-load.json and ends with 1 where something was not as it must be.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.speed.measure import WORK, quantile
from benchmarks.speed.planted import planted_library
from benchmarks.studio.malformed import make_malformed
from benchmarks.studio.premises import Premises, open_studio
from benchmarks.studio.questions import TOLERANCE, make_questions
from benchmarks.studio.results import write_studio_result
from benchmarks.studio.seats import Mix, Seats, Tally
from benchmarks.studio.watching import Sample, Watch, memory_trend

from temptrack.home import DEFAULT_BUNDLE, ENVIRONMENT_VARIABLE
from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for

LIBRARY = "planted"
QUEUE_LIMIT = 64
PACED_SHARE = 0.2
PACED = Mix(pause_s=20.0)


def main() -> None:
    options = _options()
    load_before = os.getloadavg()[0]
    bundle = load_bundle(options.bundle, device=options.device)
    home = WORK / f"home-studio-{options.tracks}-{bundle.digest[:12]}"
    os.environ[ENVIRONMENT_VARIABLE] = str(home)
    planted_library(LIBRARY, options.tracks, bundle)
    server = {"bundle": str(bundle.folder), "device": options.device, "queue_limit": QUEUE_LIMIT}
    with open_studio(home, WORK / "studio", seats=options.seats, options=server) as premises:
        figures = load_a_server(
            premises,
            engine_for(bundle),
            seconds=options.seconds,
            questions=options.questions,
            seed=options.seed,
        )
    what = {
        "seats": options.seats,
        "seconds": options.seconds,
        "tracks": options.tracks,
        "bundle": options.bundle,
        "device": options.device,
        "server": "`temptrack serve` in a process of its own on loopback, TLS, a token for every seat",
        "mix": asdict(Mix()),
        "seats_share_the_processor": "the seats and the comparing ran on the cores of the server",
    }
    write_studio_result("load", load_before, {"what": what, **figures})
    for problem in figures["problems"]:
        print(problem, flush=True)
    sys.exit(1 if figures["problems"] else 0)


def load_a_server(
    premises: Premises,
    engine: Any,
    *,
    seconds: float,
    questions: int,
    seed: int,
    look_every_s: float = 1.0,
) -> dict[str, Any]:
    """Ask a server all at once, without pauses and then with, and return what came of it.

    Args:
        premises: the server.
        engine: answers in this process with the same bundle and libraries.
        seconds: how long the seats ask without pauses; with pauses a fifth of that.
        questions: how many different ones of each kind.
        seed: of everything that is drawn.
        look_every_s: how often the server is looked at.
    """
    good = make_questions(engine, LIBRARY, count=questions, seed=seed)
    malformed = make_malformed(good, LIBRARY)
    phases: dict[str, tuple[Tally, Sequence[Sample]]] = {}
    for name, mix, lasting_s in (
        ("without pauses", Mix(), seconds),
        ("with pauses", PACED, seconds * PACED_SHARE),
    ):
        seats = Seats(premises, good, malformed, mix, seed=seed)
        with Watch(premises, every_s=look_every_s) as watch:
            tally = asyncio.run(seats.ask(lasting_s))
        phases[name] = tally, watch.samples
        print(f"{name}: {sum(tally.started.values())} calls, {tally.fault_count} faults", flush=True)
    afterwards = premises.metrics()
    described = {name: _described(tally, samples) for name, (tally, samples) in phases.items()}
    trend = memory_trend(phases["without pauses"][1])
    return {
        "phases": described,
        "memory": trend,
        "afterwards": {name: int(afterwards[f"temptrack_calls_{name}"]) for name in ("waiting", "under_way")},
        "problems": _problems(phases, trend, afterwards),
    }


def _described(tally: Tally, samples: Sequence[Sample]) -> dict[str, Any]:
    return {
        "calls": tally.started,
        "ended": {f"{fate}: {status}": count for (fate, status), count in sorted(tally.ended.items())},
        "lost": tally.lost,
        "wrong": tally.wrong_count,
        "checked": tally.checked,
        "equal_to_the_last_bit": tally.exact,
        "largest_difference": tally.largest_difference,
        "faults": tally.fault_count,
        "first_faults": tally.faults,
        "pictures_encoded": tally.pictures,
        "latency_ms": {kind: _latency(values) for kind, values in sorted(tally.latency_ms.items())},
        "most": {
            name: max((getattr(sample, name) for sample in samples), default=0)
            for name in ("waiting", "under_way", "threads", "files", "memory_mb")
        },
    }


def _latency(values: Sequence[float]) -> dict[str, float]:
    shares = {f"p{round(100 * share)}": round(quantile(values, share), 1) for share in (0.5, 0.95, 0.99)}
    return {**shares, "max": round(max(values), 1), "count": len(values)}


def _problems(
    phases: Mapping[str, tuple[Tally, Sequence[Sample]]],
    trend: Mapping[str, Any],
    afterwards: Mapping[str, float],
) -> list[str]:
    found = []
    for name, (tally, samples) in phases.items():
        told = {
            f"{tally.wrong_count} answers are off by more than {TOLERANCE}": tally.wrong_count,
            f"{tally.fault_count} calls ended as they may not": tally.fault_count,
            f"{tally.lost} calls never ended": tally.lost,
            f"more than {QUEUE_LIMIT} calls waited": any(s.waiting > QUEUE_LIMIT for s in samples),
        }
        found += [f"{name}: {words}" for words, is_so in told.items() if is_so]
    if trend["grows"]:
        found.append(f"memory grows by {trend['slope_mb_a_minute']} MB a minute")
    found += [
        f"calls {name} after the last: {afterwards[f'temptrack_calls_{name}']:g}"
        for name in ("waiting", "under_way")
        if afterwards[f"temptrack_calls_{name}"]
    ]
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seats", type=int, default=64)
    parser.add_argument("--tracks", type=int, default=10_000, help="size of the planted library")
    parser.add_argument("--questions", type=int, default=48, help="different ones of each kind")
    parser.add_argument("--bundle", default=DEFAULT_BUNDLE)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--seed", type=int, default=6)
    return parser.parse_args()


if __name__ == "__main__":
    main()
