"""ONNX Runtime by itself, in a process of its own: what a server's throughput is held against.

python -m benchmarks.studio.bare GRAPH --batch 32 --threads 1 --seconds 20
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


def main() -> None:
    options = _options()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    provider = _PROVIDERS[options.device]
    session = onnxruntime.InferenceSession(str(options.graph), settings, providers=[provider])
    if session.get_providers()[0] != provider:
        raise SystemExit(f"the graph does not run on {options.device}")
    given = session.get_inputs()[0]
    size_px = int(given.shape[1])
    shape = (options.batch, size_px, size_px, 3)
    frames = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    outputs = [output.name for output in session.get_outputs()]
    session.run(outputs, {given.name: frames})
    pictures, clock, working = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - clock < options.seconds:
        session.run(outputs, {given.name: frames})
        pictures += options.batch
    wall_s, cpu_s = time.perf_counter() - clock, time.process_time() - working
    print(json.dumps({"pictures": pictures, "wall_s": wall_s, "cpu_s": cpu_s}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--device", default="cpu", choices=sorted(_PROVIDERS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
