"""Writes what was measured of batches, with the machine, the commit and the load."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import RESULTS, git, machine


def write_result(name: str, figures: Mapping[str, Any]) -> Path:
    """Write results/batch-NAME.json."""
    document = {
        "benchmark": f"batch-{name}",
        "command": f"python -m benchmarks.batch.{name} {' '.join(sys.argv[1:])}",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "changed_files": len(git("status", "--porcelain", "--", "backend").splitlines()),
        "load_at_the_end": [round(load, 2) for load in os.getloadavg()],
        "machine": machine(),
        **figures,
    }
    path = RESULTS / f"batch-{name}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=2, ensure_ascii=False))
    return path
