"""What a segment, a prompt and a track cost the model, and CLIP in int8 against open_clip in torch.

Every way runs in a process of its own, in turns, on the same pictures and prompts.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.speed import random_clip
from benchmarks.speed.measure import run_process, spread, write_result
from benchmarks.speed.prompts import PROMPTS

from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import load_bundle

FRAMES = 10
"""Of a segment, as they are sampled by default."""

TRACK_S = 180
WAYS = ("bundle", "clip", "open_clip")


def measure(*, rounds: int, repeats: int) -> None:
    """Measure and write results/speed-models.json.

    Args:
        rounds: how often each way runs.
        repeats: segments and prompts a run.
    """
    random_clip.encoders()
    load_before = os.getloadavg()[0]
    runs: dict[str, list[Any]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            run = run_process(
                [sys.executable, "-m", "benchmarks.speed.models", way, "--repeats", str(repeats)]
            )
            print(f"{way}: {run.output} {run.as_dict()}", flush=True)
            runs[way].append({**run.output, "peak_mb": run.peak_mb})
    figures = {
        way: {name: spread([one[name] for one in found]) for name in found[0]} for way, found in runs.items()
    }
    write_result(
        "models",
        {
            "what": {
                "bundle": f"{DEFAULT_BUNDLE}, as it ships",
                "clip": "ViT-B/32 in int8 as `temptrack bundle pull` makes it, random weights",
                "open_clip": "ViT-B/32 in torch, float32, random weights",
                "segment": f"{FRAMES} pictures, decoded and scaled before",
                "prompt": "one after the other, none twice",
                "track": f"{TRACK_S} s of sound, decoded before",
            },
            "figures": figures,
            "ratios": {
                "pictures a core-second, clip to open_clip": _ratio(figures, "pictures_per_core_s"),
                "pictures a second, clip to open_clip": _ratio(figures, "pictures_per_s"),
            },
            "load": {"before": round(load_before, 2), "after": round(os.getloadavg()[0], 2)},
        },
    )


def _ratio(figures: dict[str, dict[str, dict[str, float]]], name: str) -> float:
    return round(figures["clip"][name]["median"] / figures["open_clip"][name]["median"], 2)


def _timed(run: Callable[[int], object], repeats: int) -> tuple[float, float, float]:
    """Return the median milliseconds of the clock, and all seconds of the clock and of the processor."""
    run(0)
    times_s, working = [], time.process_time()
    for number in range(1, repeats + 1):
        started = time.perf_counter()
        run(number)
        times_s.append(time.perf_counter() - started)
    return 1000 * statistics.median(times_s), sum(times_s), time.process_time() - working


def _figures(
    segment: Callable[[int], object], prompt: Callable[[int], object], repeats: int
) -> dict[str, float]:
    segment_ms, wall_s, cpu_s = _timed(segment, repeats)
    prompt_ms, _, prompt_cpu_s = _timed(prompt, repeats)
    return {
        "segment_ms": round(segment_ms, 2),
        "pictures_per_s": round(repeats * FRAMES / wall_s, 2),
        "pictures_per_core_s": round(repeats * FRAMES / cpu_s, 2),
        "prompt_ms": round(prompt_ms, 2),
        "prompt_cpu_ms": round(1000 * prompt_cpu_s / repeats, 2),
    }


def _pictures(size_px: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, (FRAMES, size_px, size_px, 3)).astype(np.uint8)


def _bundle(where: str, repeats: int, *, has_towers: bool) -> dict[str, float]:
    bundle = load_bundle(where, device="cpu")
    pictures, repeated = _pictures(bundle.frame_spec.size_px), [1] * FRAMES
    found = _figures(
        lambda _: bundle.encode_frames(pictures, repeated),
        lambda number: bundle.encode_text([PROMPTS[number % len(PROMPTS)]]),
        repeats,
    )
    if has_towers:
        spec = bundle.audio_spec
        count = TRACK_S * spec.rate_hz // spec.window_samples
        sound = np.random.default_rng(1).uniform(-0.3, 0.3, (count, spec.window_samples))
        windows = sound.astype(np.float32)
        track_ms, _, track_cpu_s = _timed(lambda _: bundle.embed_music(bundle.encode_audio(windows)), 2)
        found |= {"track_ms": round(track_ms, 1), "track_cpu_ms": round(1000 * track_cpu_s / 2, 1)}
    return found


def _open_clip(repeats: int) -> dict[str, float]:
    import torch

    from temptrack_train.features.open_clip_shim import import_open_clip

    clip = random_clip.network()
    tokenizer = import_open_clip().get_tokenizer(random_clip.ARCHITECTURE)
    pictures = torch.from_numpy(_pictures(224))
    mean, std = (
        torch.tensor(values).view(3, 1, 1) for values in (clip.visual.image_mean, clip.visual.image_std)
    )

    @torch.inference_mode()
    def segment(_: int) -> object:
        return (
            clip.encode_image((pictures.permute(0, 3, 1, 2).float() / 255 - mean) / std).mean(dim=0).numpy()
        )

    @torch.inference_mode()
    def prompt(number: int) -> object:
        return clip.encode_text(tokenizer([PROMPTS[number % len(PROMPTS)]])).numpy()

    return _figures(segment, prompt, repeats)


def main() -> None:
    """Measure one way in this process and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--repeats", type=int, required=True)
    words = parser.parse_args()
    if words.way == "open_clip":
        found = _open_clip(words.repeats)
    elif words.way == "clip":
        found = _bundle(str(random_clip.encoders()), words.repeats, has_towers=False)
    else:
        found = _bundle(DEFAULT_BUNDLE, words.repeats, has_towers=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
