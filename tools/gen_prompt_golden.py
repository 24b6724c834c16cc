"""Rewrites the golden readings of prompts, with the prompts given as arguments added. Read the difference."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.prompt_readings import golden_readings, write_golden

if __name__ == "__main__":
    known = [reading["prompt"] for reading in golden_readings()]
    write_golden([*known, *(prompt for prompt in sys.argv[1:] if prompt not in known)])
