"""How far the exported CLIP ViT-B/32 lies from open_clip, by how its weights are kept.

Run as ``python -m benchmarks.quality.export_parity [--weights FILE]`` with the [train] extra. Without a
checkpoint the weights are random, which says that the graphs are right and little about what quantising costs
real weights.
"""

import argparse
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from benchmarks.speed.measure import machine

from temptrack_export.assembly import Assembly
from temptrack_export.encoders import add_clip
from temptrack_export.quantise import VARIANTS
from temptrack_train.features.open_clip_encoders import OpenClip
from temptrack_train.features.open_clip_shim import import_open_clip

RESULTS = Path(__file__).parents[1] / "results" / "export-clip.json"
ARCHITECTURE = "ViT-B-32"


def main() -> None:
    """Export three variants and write their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, help="a checkpoint that open_clip reads")
    chosen = parser.parse_args()
    variants = {}
    with tempfile.TemporaryDirectory() as folder:
        weights = chosen.weights or _random_weights(Path(folder) / "weights.pt")
        for name, variant in VARIANTS.items():
            out = Path(folder) / name
            out.mkdir()
            assembly = Assembly(out, "python -m benchmarks.quality.export_parity")
            add_clip(assembly, OpenClip(weights, architecture=ARCHITECTURE), variant)
            variants[name] = {
                "about": variant.about,
                "megabytes": round(sum(entry.size_bytes for entry in assembly.files) / 1e6, 1),
                **{one.name: round(one.value, 7) for one in assembly.metrics},
            }
            print(name, json.dumps(variants[name]))
    content: dict[str, Any] = {
        "benchmark": "export-clip",
        "command": "python -m benchmarks.quality.export_parity",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "architecture": ARCHITECTURE,
        "weights": "a checkpoint" if chosen.weights else "random, seed 0",
        "machine": machine(),
        "variants": variants,
    }
    RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _random_weights(path: Path) -> Path:
    torch.manual_seed(0)
    torch.save(import_open_clip().create_model(ARCHITECTURE).state_dict(), path)
    return path


if __name__ == "__main__":
    main()
