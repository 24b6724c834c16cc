"""One way of making embeddings of pictures with CLIP ViT-B/32, in a process of its own.

    python benchmarks/studio/peer.py open-clip --frames FRAMES.npy --model FOLDER --seconds 20

Prints pictures, clock seconds and processor seconds as JSON. Peers run in environments without temptrack, so
nothing of it is imported before a way that needs it was chosen.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 32

Frames = Any
"""[BATCH, 224, 224, 3] uint8 RGB."""

Encode = Callable[[Frames], Any]


def open_clip(_model: Path) -> Encode:
    """Return what encodes by open_clip: its network, its mean and deviation, no transforms of PIL."""
    import torch
    from benchmarks.speed import random_clip

    torch.set_num_threads(1)
    network = random_clip.network()
    mean, std = (
        torch.tensor(values).view(3, 1, 1) for values in (network.visual.image_mean, network.visual.image_std)
    )

    @torch.inference_mode()
    def encode(frames: Frames) -> Any:
        pixels = (torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255 - mean) / std
        return network.encode_image(pixels).numpy()

    return encode


def sentence_transformers(model: Path) -> Encode:
    """Return what encodes by sentence-transformers, from pictures of PIL as it takes them."""
    import torch
    from PIL import Image
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    loaded = SentenceTransformer(str(model), device="cpu")

    def encode(frames: Frames) -> Any:
        pictures = [Image.fromarray(frame) for frame in frames]
        return loaded.encode(pictures, batch_size=BATCH, show_progress_bar=False)

    return encode


def infinity(model: Path) -> Encode:
    """Return what encodes by infinity's engine in this process, without its HTTP server."""
    import torch
    from infinity_emb import AsyncEmbeddingEngine, EngineArgs
    from PIL import Image

    torch.set_num_threads(1)
    settings = EngineArgs(
        model_name_or_path=str(model),
        device="cpu",
        engine="torch",
        batch_size=BATCH,
        model_warmup=False,
        bettertransformer=False,
        compile=False,
    )
    loop = asyncio.new_event_loop()
    engine = AsyncEmbeddingEngine.from_args(settings)
    loop.run_until_complete(engine.astart())

    def encode(frames: Frames) -> Any:
        pictures = [Image.fromarray(frame) for frame in frames]
        wanted: Awaitable[Any] = engine.image_embed(images=pictures)
        return loop.run_until_complete(wanted)[0]

    return encode


def temptrack(model: Path) -> Encode:
    """Return what encodes by a bundle in this process."""
    from temptrack.model.bundles import load_bundle

    bundle = load_bundle(model, device="cpu", threads=1)
    return lambda frames: bundle.encode_frames(frames, [1] * len(frames)).values


WAYS = {
    "open-clip": open_clip,
    "sentence-transformers": sentence_transformers,
    "infinity-emb": infinity,
    "temptrack": temptrack,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--frames", type=Path, required=True, help="[count, 224, 224, 3] uint8 RGB, .npy")
    parser.add_argument("--model", type=Path, required=True, help="folder of the model or bundle")
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    frames = np.load(options.frames)
    parts = [frames[start : start + BATCH] for start in range(0, len(frames) - BATCH + 1, BATCH)]
    encode = WAYS[options.way](options.model)
    encode(parts[0])
    batches, clock, working = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - clock < options.seconds:
        encode(parts[batches % len(parts)])
        batches += 1
    wall_s, cpu_s = time.perf_counter() - clock, time.process_time() - working
    print(json.dumps({"pictures": batches * BATCH, "wall_s": wall_s, "cpu_s": cpu_s}), flush=True)
    # The threads of some engines outlive their loops.
    os._exit(0)


if __name__ == "__main__":
    main()
