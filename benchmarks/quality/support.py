"""How well "nothing in this library fits" is told: prompts for what is there, and for what is not.

python -m benchmarks.quality.support --bundle ID|FOLDER [--development]
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.quality.music import find_music
from benchmarks.quality.run import Asked

from temptrack import home
from temptrack.suggest.types import Query

PROMPTS = Path(__file__).parent / "support.json"
SCORES = (0.2, 0.3, 0.4, 0.5, 0.6)
"""Where the border might lie."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--music", type=Path, required=True, help="what tools/fetch_debian_music.py fetched")
    parser.add_argument("--cache", type=Path, required=True, help="what the benchmark keeps")
    parser.add_argument("--development", action="store_true", help="only the packages to calibrate on")
    options = parser.parse_args()
    os.environ[home.ENVIRONMENT_VARIABLE] = str(options.cache / "home")
    asked = Asked(options.bundle, find_music(options.music, development=options.development), options.cache)
    if asked.bundle.support_below is None:
        parser.error(f"{asked.bundle.id} is not calibrated: its manifest says no support")
    prompts = json.loads(PROMPTS.read_text("utf-8"))
    print(
        "| mode | prompts | AUC | "
        + " | ".join(f"false alarms / caught at {score}" for score in SCORES)
        + " |"
    )
    print("|---" * (3 + len(SCORES)) + "|")
    for mode, blind in (("as files are", False), ("blind", True)):
        has = _scores(asked, prompts["has"], blind=blind)
        lacks = _scores(asked, prompts["lacks"], blind=blind)
        figures = measure(has, lacks)
        shares = " | ".join(f"{low:.2f} / {caught:.2f}" for low, caught in figures["shares"])
        print(f"| {mode} | {len(has)} + {len(lacks)} | {figures['auc']:.3f} | {shares} |")


def measure(has: Sequence[float], lacks: Sequence[float]) -> dict[str, Any]:
    """Return the area under the curve, and at each border the shares of both kinds that fall below it."""
    pairs = [(one > other) + (one == other) / 2 for one in has for other in lacks]
    return {
        "auc": sum(pairs) / len(pairs),
        "shares": [
            (sum(one < score for one in has) / len(has), sum(one < score for one in lacks) / len(lacks))
            for score in SCORES
        ],
    }


def _scores(asked: Asked, prompts: Sequence[str], *, blind: bool) -> list[float]:
    """Return the support of the prompts that get a verdict."""
    library = asked.reader.info.name
    answers = [asked.engine.suggest(Query(library=library, prompt=one, blind=blind)) for one in prompts]
    return [answer.support.score for answer in answers if answer.support is not None]


if __name__ == "__main__":
    main()
