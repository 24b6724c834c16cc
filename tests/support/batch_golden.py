"""A batch of two episodes whose files are compared with goldens."""

import json
from pathlib import Path
from typing import Any

import temptrack
from support import batches
from temptrack.batch.plan import read_plan
from temptrack.batch.rules import Rules
from temptrack.batch.run import Batch, run_batch

GOLDEN = Path(__file__).parents[1] / "golden" / "batch"
FILES = ("cue-sheet.csv", "cue-sheet.json", "cue-sheet.html", "credits.txt")
ROWS: list[dict[str, Any]] = [
    {"timeline": "cut00.otio", "episode": "101", "scenes": "markers", "prompt": "evening light"},
    {"timeline": "cut01.otio", "episode": "101", "prompt": "evening light", "usage": "feature"},
    {"timeline": "cut02.otio", "episode": "102", "prompt": "a walk", "no_licences": ["unknown"]},
    {"timeline": "cut02.otio", "episode": "102", "in": "8s", "prompt": "a walk", "usage": "closing"},
]


def handed_on(place: Path) -> dict[str, str]:
    """Run the batch in a folder and return its files without what differs from place to place."""
    batches.stock(place / "music")
    batches.cuts(place / "cuts", films=False)
    plan = batches.write_plan(place / "cuts" / "plan.jsonl", ROWS)
    ordered = Batch(
        read_plan(plan, defaults={"library": "stock", "production": "The Show"}),
        place / "out",
        rules=Rules(no_repeat=2, family=0.3),
        review=False,
    )
    run_batch(ordered, temptrack.open_library)
    files = {name: (place / "out" / name).read_bytes().decode("utf-8-sig") for name in FILES}
    lines = [
        json.loads(line) for line in (place / "out" / "suggestions.jsonl").read_text("utf-8").splitlines()
    ]
    kept = ("timeline", "scene", "record", "outcome", "chosen_rank", "family_likeness", "passed_over")
    chosen = [
        {name: line[name] for name in kept}
        | {"first": [item["track"]["title"] for item in line["suggestions"]]}
        for line in lines
    ]
    files["chosen.json"] = json.dumps(chosen, indent=1) + "\n"
    return {name: text.replace(str(place), "FOLDER").replace("\r\n", "\n") for name, text in files.items()}
