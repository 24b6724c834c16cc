"""How much of bare ONNX Runtime is left when a server stands around it.

    python -m benchmarks.studio.throughput --seconds 30 --rounds 3

In turns: the frame graph in a process of its own, in batches of 32; then the same graph behind
`temptrack serve` with TLS and tokens, in batches of 32, asked by seats that send PNG, and by seats that send
JPEG. Seats share the cores with the server, so clock time says how fast this machine is with both on it;
processor seconds of the server alone say what the server costs. Then suggestions from features: in process,
and through the server at 1, 16 and 64 callers. Writes results/studio-throughput.json.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import psutil
from benchmarks.speed.measure import WORK, quantile, run_process, spread
from benchmarks.speed.planted import planted_library
from benchmarks.studio.arithmetic import graph_gflop
from benchmarks.studio.load import LIBRARY
from benchmarks.studio.premises import Premises, open_studio
from benchmarks.studio.questions import Question, make_encodes, make_questions
from benchmarks.studio.results import write_studio_result
from benchmarks.studio.seats import Mix, Seats, Tally

from temptrack.home import DEFAULT_BUNDLE, ENVIRONMENT_VARIABLE
from temptrack.model.bundles import load_bundle
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.suggest.engine import engine_for
from temptrack.wire import convert
from temptrack_api.v1 import suggestion_pb2

BATCH = 32
SEGMENT_PICTURES = 8
"""Four segments fill a batch."""

TARGET = 0.9
CALLERS = (1, 16, 64)
_ENCODING_SEATS = 4 * BATCH // SEGMENT_PICTURES
_CALM = Mix(cancelled=0, hurried=0, malformed=0)
_LOOK_S = 0.002
_LONGEST_S = 300.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What was done between two looks at a server, and what it took.

    Attributes:
        done: pictures or suggestions.
        wall_s: clock time.
        server_cpu_s: processor time of the server.
        device_cpu_s: of its busiest thread, which is the device's where graphs run on one thread.
        seats_cpu_s: processor time of the seats.
        latency_ms: of each call.
    """

    done: int
    wall_s: float
    server_cpu_s: float
    device_cpu_s: float
    seats_cpu_s: float
    latency_ms: Sequence[float]


def main() -> None:
    options = _options()
    load_before = os.getloadavg()[0]
    bundle = load_bundle(options.bundle, device=options.device, threads=options.threads)
    graph = bundle.folder / bundle.manifest.graphs["frame_encoder"].file
    home = WORK / f"home-studio-{options.tracks}-{bundle.digest[:12]}"
    os.environ[ENVIRONMENT_VARIABLE] = str(home)
    planted_library(LIBRARY, options.tracks, bundle)
    bare_command = [sys.executable, "-m", "benchmarks.studio.bare", str(graph), "--batch", str(BATCH)]
    bare_command += ["--threads", str(options.threads), "--device", options.device]
    server = {
        "bundle": str(bundle.folder),
        "device": options.device,
        "threads": options.threads,
        "batch_frames": BATCH,
        "calls_at_once": _ENCODING_SEATS,
    }
    with open_studio(home, WORK / "studio", seats=max(CALLERS), options=server) as premises:
        ways = _ways(premises, bundle, options.seconds)
        rounds = []
        for number in range(options.rounds):
            bare = run_process([*bare_command, "--seconds", str(options.seconds)]).output
            rounds.append({"bare": bare, **{name: way() for name, way in ways.items()}})
            print(f"round {number + 1}: {_shares(rounds[-1:])}", flush=True)
        suggesting = _suggesting(premises, bundle, options.seconds)
    what = {
        "bundle": options.bundle,
        "device": options.device,
        "threads": options.threads,
        "batch": BATCH,
        "pictures_a_segment": SEGMENT_PICTURES,
        "size_px": bundle.frame_spec.size_px,
        "seconds": options.seconds,
        "tracks": options.tracks,
        "server": "TLS and tokens, on loopback; the seats ran on the same cores",
        "target_share": TARGET,
    }
    figures = {"what": what, **_figures(rounds), "suggesting": suggesting}
    figures["gflop_a_picture"] = round(graph_gflop(graph, batch=1), 3)
    if options.peak_tflops:
        a_second = figures["pictures_a_second"]
        figures["share_of_the_ceiling"] = {
            way: round(times["median"] * figures["gflop_a_picture"] / 1000 / options.peak_tflops, 5)
            for way, times in a_second.items()
        }
    write_studio_result("throughput", load_before, figures)


def _ways(premises: Premises, bundle: OnnxBundle, seconds: float) -> dict[str, Callable[[], Spent]]:
    engine = engine_for(bundle)
    ways: dict[str, Callable[[], Spent]] = {}
    for form in ("png", "jpeg"):
        questions = make_encodes(
            engine, 2 * _ENCODING_SEATS, pictures=SEGMENT_PICTURES, lossless=form == "png", seed=1
        )
        seats = replace(premises, tokens=premises.tokens[:_ENCODING_SEATS])
        ways[form] = partial(_encode, seats, questions, seconds)
    return ways


def _encode(premises: Premises, questions: Sequence[Question], seconds: float) -> Spent:
    return asyncio.run(ask(premises, questions, seconds))


async def ask(premises: Premises, questions: Sequence[Question], seconds: float) -> Spent:
    """Ask without a pause, and look when an answer has just come: early on, and so many seconds later."""
    seats = Seats(premises, questions, (), _CALM, seed=2)
    asking = asyncio.ensure_future(seats.ask(_LONGEST_S + seconds))
    await asyncio.sleep(seconds / 8)
    first = await _look(seats, premises, asking)
    await asyncio.sleep(seconds)
    last = await _look(seats, premises, asking)
    seats.stop()
    tally = await asking
    if tally.fault_count or tally.lost:
        raise RuntimeError(f"{tally.fault_count} calls went wrong: {tally.faults}")
    threads = {key: last.threads[key] - first.threads.get(key, 0.0) for key in last.threads}
    return Spent(
        done=last.done - first.done,
        wall_s=last.at_s - first.at_s,
        server_cpu_s=last.server_cpu_s - first.server_cpu_s,
        device_cpu_s=max(threads.values()),
        seats_cpu_s=last.own_cpu_s - first.own_cpu_s,
        latency_ms=[ms for times in tally.latency_ms.values() for ms in times],
    )


@dataclass(frozen=True, slots=True)
class _Look:
    done: int
    at_s: float
    server_cpu_s: float
    threads: dict[int, float]
    own_cpu_s: float


async def _look(seats: Seats, premises: Premises, asking: "asyncio.Future[Tally]") -> _Look:
    before = seats.tally.checked
    # A batch ends as a whole: both looks fall on the end of one.
    while seats.tally.checked == before:
        if asking.done():
            raise RuntimeError(f"no answer came for long: {asking.result().faults}")
        await asyncio.sleep(_LOOK_S)
    server = psutil.Process(premises.process_id)
    times = server.cpu_times()
    return _Look(
        done=seats.tally.pictures or seats.tally.checked,
        at_s=time.perf_counter(),
        server_cpu_s=times.user + times.system,
        threads={each.id: each.user_time + each.system_time for each in server.threads()},
        own_cpu_s=time.process_time(),
    )


def _figures(rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    ways = [way for way in rounds[0] if way != "bare"]
    bare = [one["bare"] for one in rounds]
    return {
        "pictures_a_second": {
            "bare": spread([each["pictures"] / each["wall_s"] for each in bare]),
            **{way: spread([one[way].done / one[way].wall_s for one in rounds]) for way in ways},
        },
        "processor_ms_a_picture": {
            "bare": spread([1000 * each["cpu_s"] / each["pictures"] for each in bare]),
            **{
                f"{way}: {what}": spread([1000 * getattr(one[way], name) / one[way].done for one in rounds])
                for way in ways
                for what, name in (
                    ("server", "server_cpu_s"),
                    ("server, busiest thread", "device_cpu_s"),
                    ("seats", "seats_cpu_s"),
                )
            },
        },
        "share_of_bare": _shares(rounds),
    }


def _shares(rounds: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return how much of bare is left: by the clock, and by processor time of the server."""
    found: dict[str, dict[str, float]] = {}
    for way in (way for way in rounds[0] if way != "bare"):
        clock, server, device = [], [], []
        for one in rounds:
            bare, spent = one["bare"], one[way]
            clock.append(spent.done / spent.wall_s / (bare["pictures"] / bare["wall_s"]))
            bare_s = bare["cpu_s"] / bare["pictures"] * spent.done
            server.append(bare_s / spent.server_cpu_s)
            device.append(bare_s / spent.device_cpu_s)
        named = {"clock": clock, "processor, whole server": server, "processor, busiest thread": device}
        found[way] = {name: round(statistics.median(values), 3) for name, values in named.items()}
    return found


def _suggesting(premises: Premises, bundle: OnnxBundle, seconds: float) -> dict[str, Any]:
    """Return suggestions from features by way: a second, processor time, latency."""
    engine = engine_for(bundle)
    asked = [
        question for question in make_questions(engine, LIBRARY, count=48, seed=3) if not question.pictures
    ]
    queries = [convert.query_from_message(suggestion_pb2.SuggestRequest.FromString(q.request)) for q in asked]
    times_ms: list[float] = []
    clock, working = time.perf_counter(), time.process_time()
    while time.perf_counter() - clock < seconds / 2:
        started = time.perf_counter()
        engine.suggest(queries[len(times_ms) % len(queries)])
        times_ms.append((time.perf_counter() - started) * 1000)
    here_cpu_s, here_wall_s = time.process_time() - working, time.perf_counter() - clock
    found = {"in process": _described(len(times_ms), here_wall_s, here_cpu_s, times_ms)}
    # The engine in this process answered each question before, and remembers its words; so shall the server.
    asyncio.run(ask(replace(premises, tokens=premises.tokens[:16]), asked, seconds / 4))
    for callers in CALLERS:
        seats = replace(premises, tokens=premises.tokens[:callers])
        spent = asyncio.run(ask(seats, asked, seconds / 2))
        found[f"server, callers: {callers}"] = _described(
            spent.done, spent.wall_s, spent.server_cpu_s, spent.latency_ms
        )
    return found


def _described(done: int, wall_s: float, cpu_s: float, times_ms: Sequence[float]) -> dict[str, float]:
    return {
        "a_second": round(done / wall_s, 2),
        "processor_ms": round(1000 * cpu_s / done, 2),
        "p50_ms": round(quantile(times_ms, 0.5), 1),
        "p95_ms": round(quantile(times_ms, 0.95), 1),
        "count": len(times_ms),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="each way, each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="of the graph, on both sides")
    parser.add_argument("--tracks", type=int, default=10_000, help="size of the planted library")
    parser.add_argument("--bundle", default=DEFAULT_BUNDLE)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--peak-tflops", type=float, help="of the device, for the share of its ceiling")
    return parser.parse_args()


if __name__ == "__main__":
    main()
