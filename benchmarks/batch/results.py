"""Writes what was measured of batches, with the machine, the commit and the load."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import RESULTS, measured


def write_result(name: str, figures: Mapping[str, Any]) -> Path:
    """Write results/batch-NAME.json."""
    load = [round(load, 2) for load in os.getloadavg()]
    command = f"python -m benchmarks.batch.{name} {' '.join(sys.argv[1:])}"
    document = measured(f"batch-{name}", command, {"load_at_the_end": load, **figures})
    path = RESULTS / f"batch-{name}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=2, ensure_ascii=False))
    return path
