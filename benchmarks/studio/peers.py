"""Pictures through CLIP ViT-B/32 by temptrack and by peers, one thread each, in turns in the same run.

    python -m benchmarks.studio.peers --seconds 20 --rounds 3

Weights are random, of the true shapes. Peers that need other packages get environments in .cache/peers, made
here: sentence-transformers beside the packages of this environment, infinity-emb in one of its own, with the
same torch. Writes results/studio-peers.json.
"""

import argparse
import asyncio
import importlib.metadata
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speed.measure import ROOT, WORK, run_process, spread
from benchmarks.studio import random_models
from benchmarks.studio.premises import Premises, open_studio
from benchmarks.studio.questions import Question, film_frames, make_encodes
from benchmarks.studio.results import write_studio_result
from benchmarks.studio.throughput import SEGMENT_PICTURES, ask

from temptrack.home import ENVIRONMENT_VARIABLE
from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for

PEERS = WORK.parent / "peers"
SENTENCES = "sentence-transformers==6.2.0"
INFINITY = ("infinity-emb[torch]==0.0.78", "transformers>=4.47,<4.50", "pillow", "aiohttp")
SIZE_PX = 224
_PICTURES = 64
_SEATS = 4

Figures = dict[str, float]


def main() -> None:
    options = _options()
    load_before = os.getloadavg()[0]
    home = WORK / "home-studio-peers"
    os.environ[ENVIRONMENT_VARIABLE] = str(home)
    frames = WORK / "studio-frames.npy"
    np.save(frames, np.concatenate([film_frames(8, SIZE_PX, seed=seed) for seed in range(_PICTURES // 8)]))
    with ExitStack() as stack:
        ways = _ways(stack, home, frames, options.seconds)
        runs: dict[str, list[Figures]] = {way: [] for way in ways}
        for _ in range(options.rounds):
            for way, run in ways.items():
                runs[way].append(run())
                print(f"{way}: {runs[way][-1]}", flush=True)
    core = {way: [one["pictures"] / one["cpu_s"] for one in found] for way, found in runs.items()}
    clock = {way: [one["pictures"] / one["wall_s"] for one in found] for way, found in runs.items()}
    medians = {way: spread(values)["median"] for way, values in core.items()}
    what = {
        "model": "CLIP ViT-B/32, random weights of the true shapes, one thread, batches of 32",
        "pictures": f"{SIZE_PX} px in memory; through a server as PNG, by TLS, with a token",
        "core_seconds": "of the process that encodes; through a server, of the server",
        "peers": {"sentence-transformers": SENTENCES, "infinity-emb": INFINITY[0], "open-clip": _version()},
        "seconds": options.seconds,
    }
    figures = {
        "what": what,
        "pictures_a_core_second": {way: spread(values) for way, values in core.items()},
        "pictures_a_second": {way: spread(values) for way, values in clock.items()},
        "times_open_clip": {way: round(median / medians["open-clip"], 2) for way, median in medians.items()},
    }
    write_studio_result("peers", load_before, figures)


def _ways(stack: ExitStack, home: Path, frames: Path, seconds: float) -> dict[str, Callable[[], Figures]]:
    hub, here = random_models.hub_folder(), [sys.executable, "-m", "benchmarks.studio.peer"]
    # Run by its path: the other environment has no temptrack.
    there = [str(_infinity_python()), str(Path(__file__).with_name("peer.py"))]
    ways: dict[str, Callable[[], Figures]] = {
        "open-clip": partial(_peer, here, "open-clip", frames, hub, seconds),
        "sentence-transformers": partial(
            _peer, here, "sentence-transformers", frames, hub, seconds, path=_sentences_folder()
        ),
        "infinity-emb": partial(_peer, there, "infinity-emb", frames, hub, seconds),
    }
    for precision in ("fp32", "int8"):
        folder = random_models.bundle(int8=precision == "int8")
        ways[f"temptrack {precision}"] = partial(_peer, here, "temptrack", frames, folder, seconds)
        ways[f"temptrack {precision}, served"] = _served(stack, home, folder, seconds)
    return ways


def _peer(
    command: list[str], way: str, frames: Path, model: Path, seconds: float, *, path: Path | None = None
) -> Figures:
    words = [way, "--frames", str(frames), "--model", str(model), "--seconds", str(seconds)]
    environment = {
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "INFINITY_ANONYMOUS_USAGE_STATS": "0",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *([path] if path else [])))),
    }
    return {
        name: float(value)
        for name, value in run_process([*command, *words], environment=environment).output.items()
    }


def _served(stack: ExitStack, home: Path, folder: Path, seconds: float) -> Callable[[], Figures]:
    bundle = load_bundle(folder, device="cpu", threads=1)
    options = {"bundle": str(folder), "device": "cpu", "threads": 1}
    work = WORK / f"studio-{folder.name}"
    premises = stack.enter_context(open_studio(home, work, seats=_SEATS, options=options))
    questions = make_encodes(engine_for(bundle), 4, pictures=SEGMENT_PICTURES, lossless=True, seed=1)
    return partial(_ask, premises, questions, seconds)


def _ask(premises: Premises, questions: list[Question], seconds: float) -> Figures:
    spent = asyncio.run(ask(premises, questions, seconds))
    return {"pictures": spent.done, "wall_s": spent.wall_s, "cpu_s": spent.server_cpu_s}


def _sentences_folder() -> Path:
    folder = PEERS / "sentence-transformers"
    if not folder.is_dir():
        _pip(sys.executable, "--no-deps", "--target", str(folder), SENTENCES)
    return folder


def _infinity_python() -> Path:
    folder = PEERS / "infinity-emb"
    python = folder / "bin" / "python"
    ready = folder / ".installed"
    if not ready.is_file():
        venv.create(folder, clear=True, with_pip=True)
        torch = importlib.metadata.version("torch").partition("+")[0]
        _pip(str(python), f"torch=={torch}", *INFINITY)
        ready.touch()
    return python


def _pip(python: str, *words: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "--quiet", *words], check=True)


def _version() -> str:
    return f"open-clip-torch=={importlib.metadata.version('open-clip-torch')}"


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="each way, each round")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
