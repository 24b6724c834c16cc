"""How fast a system trains: step time, pairs a second, memory, arithmetic, in float32 and bfloat16.

    python -m benchmarks.speed.training viml --size paper --peak-tflops 989 --out results.json

Features are noise of the planted lengths, because speed does not depend on what they say. Quality under
bfloat16 is another question: temptrack-train sweep viml --vary training.precision=float32,bfloat16.
"""

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.losses.objective import Batch, Objective
from temptrack_train.models.retrieval import RetrievalModel
from temptrack_train.training.config import SystemConfig, load_system

SPACES = FeatureSpaces("noise", "noise", "noise", 512, 256, 512)
WARM_UP = 5


def noise(config: SystemConfig, segments: int, device: torch.device) -> Batch:
    count = config.training.batch_size
    words = config.model.words
    kept = torch.rand(count) >= (words.dropout if words else 0)
    return Batch(
        video=torch.randn(count, segments, SPACES.video_dim),
        video_mask=torch.ones(count, segments),
        music=torch.randn(count, segments, SPACES.music_dim),
        music_mask=torch.ones(count, segments),
        text=torch.randn(count, SPACES.text_dim),
        has_text=torch.ones(count, dtype=torch.bool),
        words_kept=kept,
        recordings=torch.arange(count),
        tags=(torch.rand(count, 89) > 0.9).float(),
    ).to(device)


def measure(config: SystemConfig, precision: str, steps: int, device: torch.device) -> dict[str, Any]:
    torch.manual_seed(0)
    objective = Objective(RetrievalModel(config.model, SPACES, [0.0] * SPACES.text_dim), config.loss).to(
        device
    )
    optimiser = torch.optim.AdamW(objective.parameters(), lr=config.training.learning_rate)
    batch = noise(config, config.training.segments or 18, device)

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            loss, _ = objective(batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    with FlopCounterMode(display=False) as counter:
        step()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    times = []
    for number in range(WARM_UP + steps):
        began = time.perf_counter()
        step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        if number >= WARM_UP:
            times.append(time.perf_counter() - began)
    median_s = statistics.median(times)
    return {
        "precision": precision,
        "step_ms": round(1000 * median_s, 3),
        "pairs_per_s": round(config.training.batch_size / median_s),
        "tflop_per_step": round(counter.get_total_flops() / 1e12, 6),
        "tflop_per_s": round(counter.get_total_flops() / 1e12 / median_s, 3),
        "peak_memory_mb": round(torch.cuda.max_memory_allocated(device) / 1e6)
        if device.type == "cuda"
        else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", nargs="?", default="viml")
    parser.add_argument("--size", default="paper")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument(
        "--peak-tflops", type=float, help="the device's ceiling in bfloat16, for the share of it"
    )
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = load_system(asked.system, size=asked.size)
    rows = [measure(config, precision, asked.steps, device) for precision in ("float32", "bfloat16")]
    if asked.peak_tflops:
        rows[-1]["share_of_ceiling"] = round(rows[-1]["tflop_per_s"] / asked.peak_tflops, 4)
    result = {
        "system": asked.system,
        "size": asked.size,
        "batch_size": config.training.batch_size,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "rows": rows,
    }
    text = json.dumps(result, indent=2)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
