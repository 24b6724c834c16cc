"""Rewrites the golden table of faults. Run it on purpose, then read the difference line by line.

Usage: python tools/gen_faults.py, then python tools/generate_reference.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.faults.table import GOLDEN, write_golden

if __name__ == "__main__":
    write_golden()
    print(f"wrote {GOLDEN}")
