"""What running rows together saves, graph by graph, and what the server's device costs beside the graphs."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from benchmarks.speed.measure import spread, write_result

from temptrack.model.bundles import load_bundle
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.types import QueryParts
from temptrack.server.batched_bundle import BatchedBundle, BatchSizes
from temptrack.server.device import Device

SIZES = (1, 2, 4, 8, 16, 32)
_SEGMENTS = 18
_PROMPTS = (
    "calm piano",
    "sad slow strings for a funeral",
    "driving drums and bass",
    "hopeful guitar at dawn",
)


def measure(*, rounds: int) -> None:
    """Measure on one thread and write results/speed-batches.json.

    Args:
        rounds: how often each is run; the least disturbed counts first, spreads are kept.
    """
    bundle = load_bundle(device="cpu", threads=1)
    bundle.warm_up()
    rows = _rows(bundle)
    graphs = {
        name: {str(size): _core_ms_a_row(run, size, rounds) for size in SIZES} for name, run in rows.items()
    }
    most = max(SIZES)
    bare_core_s = _core_s(lambda: rows["frames"](most), rounds)
    served_core_s = _through_a_device(bundle, most, rounds)
    write_result(
        "batches",
        {
            "threads": 1,
            "core_ms_a_row": graphs,
            "frames_32_bare_core_s": spread(bare_core_s),
            "frames_32_through_a_device_core_s": spread(served_core_s),
            "share_of_bare": round(min(bare_core_s) / min(served_core_s), 3),
        },
    )


def _rows(bundle: OnnxBundle) -> dict[str, Callable[[int], object]]:
    generator = np.random.default_rng(0)
    size = bundle.frame_spec.size_px
    frames = generator.integers(0, 256, (max(SIZES), size, size, 3), dtype=np.uint8)
    video = generator.standard_normal((_SEGMENTS, bundle.video_dim)).astype(np.float32)
    text = bundle.encode_text([_PROMPTS[0]])[0]
    prompts = [_PROMPTS[place % len(_PROMPTS)] for place in range(max(SIZES))]
    return {
        "frames": lambda count: bundle.encode_segments([(frames[:count], [1] * count)], frames_a_run=count),
        "texts": lambda count: bundle.encode_text(prompts[:count]),
        "queries": lambda count: bundle.embed_queries([QueryParts(video, text, 0.5)] * count),
    }


def _through_a_device(bundle: OnnxBundle, callers: int, rounds: int) -> list[float]:
    """As many callers as a batch has rows, each with one picture, again and again."""
    size = bundle.frame_spec.size_px
    frames = np.random.default_rng(0).integers(0, 256, (callers, 1, size, size, 3), dtype=np.uint8)
    batched = BatchedBundle([(Device("cpu"), bundle)], BatchSizes(frames=callers))
    # Three rounds in flight at once keep the device in work between batches, as a busy server does.
    waves = 3

    def encode(place: int) -> Any:
        return batched.encode_frames(frames[place % callers], [1])

    with ThreadPoolExecutor(waves * callers) as pool:
        list(pool.map(encode, range(callers)))
        whole = _core_s(lambda: list(pool.map(encode, range(waves * callers))), rounds)
    batched.close()
    return [seconds / waves for seconds in whole]


def _core_ms_a_row(run: Callable[[int], object], rows: int, rounds: int) -> float:
    return round(min(_core_s(lambda: run(rows), rounds)) / rows * 1000, 3)


def _core_s(run: Callable[[], object], rounds: int) -> list[float]:
    """Processor time of this process, which other work on the machine disturbs little."""
    run()
    taken: list[float] = []
    for _ in range(rounds):
        started = time.process_time()
        run()
        taken.append(time.process_time() - started)
    return taken
