"""Writes results/studio-NAME.json, with the machine, the commit and the load beside every figure."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks.speed.measure import RESULTS, ROOT, measured


def write_studio_result(name: str, load_before: float, figures: Mapping[str, Any]) -> None:
    """Write what was measured.

    Args:
        name: of the result.
        load_before: load average of the last minute before it began.
        figures: what was measured.
    """
    load = {"before": round(load_before, 2), "after": round(os.getloadavg()[0], 2)}
    command = f"python -m benchmarks.studio.{name} {' '.join(sys.argv[1:])}"
    document = measured(f"studio-{name}", command, {"load": load, **figures})
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"studio-{name}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {path.relative_to(ROOT)}", flush=True)
