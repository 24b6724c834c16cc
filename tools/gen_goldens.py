"""Rewrites the goldens of the reference timelines. Run it on purpose, then read the difference line by line.

Usage: python tools/gen_goldens.py [FOLDER OF REFERENCE DATA]
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.otio_goldens import GOLDENS, golden_path, golden_text, samples  # noqa: E402


def main() -> None:
    default = os.environ.get("TEMPTRACK_REFERENCE") or str(ROOT.parent / "shared" / "data")
    data = Path(sys.argv[1] if len(sys.argv) > 1 else default)
    wanted = {golden_path(sample): golden_text(sample) for sample in samples(data)}
    for old in set(GOLDENS.glob("*.json")) - set(wanted):
        old.unlink()
        print(f"removed {old.name}")
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
