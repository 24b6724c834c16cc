"""Measures the mean feature of real pictures by a frame encoder: what towers of pictures are centred on.

python -m benchmarks.quality.picture_mean --reference FOLDER --out FILE.npy [--bundle ID|FOLDER]

Photos that the benchmark asks for are left out.
"""

import argparse
from pathlib import Path

import numpy as np
from benchmarks.quality.picture_norms import photo
from benchmarks.quality.picture_scenes import read_scenes

from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import load_bundle


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reference", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--bundle", default=DEFAULT_BUNDLE, metavar="ID|FOLDER")
    options = parser.parse_args()
    bundle = load_bundle(options.bundle, device="cpu")
    asked = {name for scene in read_scenes().scenes for name in scene.photos}
    paths = [
        path
        for path in sorted((options.reference / "images").rglob("*.jpg"))
        if path.stem.split("_", 1)[1] not in asked
    ]
    frame_dim = bundle.manifest.output_dim("frame_encoder")
    rows = [bundle.encode_frames(photo(path)[None], [1]).values[:frame_dim] for path in paths]
    np.save(options.out, np.mean(rows, axis=0, dtype=np.float64).astype(np.float32))
    print(f"{len(paths)} photos, encoder {bundle.frame_encoder_id}; wrote {options.out.name}")


if __name__ == "__main__":
    main()
