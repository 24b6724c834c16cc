"""Measures what reading prompts does to the first ten, on a library of real music.

python -m benchmarks.quality.prompt_reading --library NAME

Every prompt is asked twice: in double quotes, which searches its words as they stand, and as it is. So both
lists come from the same query but for the reading. Tempo, voices and tags are those the library heard.
"""

import argparse
import json
import math
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import machine

from temptrack.home import DEFAULT_BUNDLE
from temptrack.library.store import LibraryStore
from temptrack.library.types import LibraryReader
from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for
from temptrack.suggest.types import Query, Suggester, Suggestion

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
FIRST = 10

SUBJECTS = (
    "orchestral film score",
    "electronic track with synths",
    "ambient pads",
    "rock with electric guitar",
    "acoustic guitar, hopeful",
    "dark and tense",
    "funny cartoon music",
    "piano ballad",
    "epic battle",
    "jazz",
)
TEMPOS_BPM = (75, 90, 105, 120, 140)

Measure = Callable[[Sequence[Suggestion], LibraryReader], float]


@dataclass(frozen=True, slots=True)
class Probe:
    """Words that are added to every subject, and what they should change.

    Attributes:
        added: the words.
        name: of what is measured.
        measure: of the first ten.
        rises: whether more of it is better.
    """

    added: str
    name: str
    measure: Measure
    rises: bool = False


def main() -> None:
    options = _parser().parse_args()
    bundle = load_bundle(options.bundle, device="cpu")
    engine = engine_for(bundle)
    reader = LibraryStore.open(options.library).reader()
    figures: dict[str, Any] = {
        "benchmark": "prompt-reading",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "machine": machine(),
        "bundle": {"id": reader.info.bundle_id, "digest": reader.info.bundle_digest},
        "library_digest": reader.info.digest,
        "tracks": reader.info.track_count,
        "tracks_with_tempo": sum(track.tempo_bpm is not None for track in reader.tracks()),
        "tracks_sung": sum(track.vocals is True for track in reader.tracks()),
        "subjects": SUBJECTS,
        "probes": [compare(probe, engine, reader) for probe in probes()],
    }
    print(table(figures["probes"]))
    path = RESULTS / f"prompt-reading-{bundle.id}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwrote {path.relative_to(ROOT)}")


def probes() -> list[Probe]:
    """Return what is asked."""
    numbers = [
        Probe(f"around {bpm} bpm", f"octaves from {bpm} bpm, half and double counting", _off(bpm))
        for bpm in TEMPOS_BPM
    ]
    return [
        *numbers,
        Probe("between 90 and 110 bpm", "share within 90 to 110 bpm", _within(90, 110), rises=True),
        Probe("slow", "mean tempo, bpm", _tempo),
        Probe("very slow", "mean tempo, bpm", _tempo),
        Probe("not too fast", "mean tempo, bpm", _tempo),
        Probe("fast", "mean tempo, bpm", _tempo, rises=True),
        Probe("in a minor key", "share in a minor key, of those with a key", _minor, rises=True),
        Probe("no vocals", "share sung or unsure", _maybe_sung),
        Probe("under dialogue", "share sung or unsure", _maybe_sung),
        Probe("under dialogue", "posterior of loud", _tag("loud")),
        Probe("female singer", "posterior of female vocals", _tag("female vocals"), rises=True),
        Probe("less guitar", "posterior of guitar", _tag("guitar")),
        Probe("no drums", "posterior of drums", _tag("drums")),
        Probe("very quiet", "posterior of quiet", _tag("quiet"), rises=True),
    ]


def compare(probe: Probe, engine: Suggester, reader: LibraryReader) -> dict[str, Any]:
    """Return the figure of a probe as words alone and as read, mean over the subjects.

    Nearness is how near the first ten stay to the subject itself: their mean cosine to it, on a scale from
    the library's mean (0) to that of the ten that are nearest (1).
    """
    before, after, kept = [], [], []
    for subject in SUBJECTS:
        prompt = f"{subject}, {probe.added}"
        literal = _first(engine, reader, f"\u201c{prompt}\u201d")
        read = _first(engine, reader, prompt)
        before.append(probe.measure(literal, reader))
        after.append(probe.measure(read, reader))
        kept.append((_nearness(engine, reader, subject, literal), _nearness(engine, reader, subject, read)))
    return {
        "added": probe.added,
        "measure": probe.name,
        "as_words": round(_mean(before), 3),
        "as_read": round(_mean(after), 3),
        "subjects_not_worse": sum(
            new >= old if probe.rises else new <= old for old, new in zip(before, after, strict=True)
        ),
        "nearness_as_words": round(_mean([words for words, _ in kept]), 3),
        "nearness_as_read": round(_mean([read for _, read in kept]), 3),
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the comparison in Markdown."""
    lines = [
        "| added | measured on the first ten | as words | as read | nearness, as words | as read |",
        "|---|---|---|---|---|---|",
    ]
    columns = ("added", "measure", "as_words", "as_read", "nearness_as_words", "nearness_as_read")
    lines += [f"| {' | '.join(str(row[column]) for column in columns)} |" for row in rows]
    return "\n".join(lines)


def _nearness(engine: Suggester, reader: LibraryReader, subject: str, found: Sequence[Suggestion]) -> float:
    everything = engine.suggest(Query(library=reader.info.name, prompt=subject, limit=1000)).suggestions
    scores = {one.track.id: one.score for one in everything}
    usual, best = _mean(list(scores.values())), _mean([one.score for one in everything[:FIRST]])
    return (_mean([scores[one.track.id] for one in found]) - usual) / (best - usual)


def _first(engine: Suggester, reader: LibraryReader, prompt: str) -> Sequence[Suggestion]:
    return engine.suggest(Query(library=reader.info.name, prompt=prompt, limit=FIRST)).suggestions


def _off(bpm: float) -> Measure:
    def measure(found: Sequence[Suggestion], _: LibraryReader) -> float:
        known = [one.track.tempo_bpm for one in found if one.track.tempo_bpm is not None]
        return _mean([min(abs(math.log2(tempo * by / bpm)) for by in (0.5, 1, 2)) for tempo in known])

    return measure


def _within(low_bpm: float, high_bpm: float) -> Measure:
    return lambda found, _: _mean([low_bpm <= (one.track.tempo_bpm or 0) <= high_bpm for one in found])


def _tag(name: str) -> Measure:
    return lambda found, reader: _mean(
        [detail.tag_scores[name] for detail in reader.details([one.track.id for one in found])]
    )


def _tempo(found: Sequence[Suggestion], _: LibraryReader) -> float:
    return _mean([one.track.tempo_bpm for one in found if one.track.tempo_bpm is not None])


def _minor(found: Sequence[Suggestion], _: LibraryReader) -> float:
    return _mean([one.track.key.endswith("minor") for one in found if one.track.key is not None])


def _maybe_sung(found: Sequence[Suggestion], _: LibraryReader) -> float:
    return _mean([one.track.vocals is not False for one in found])


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else math.nan


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", required=True, metavar="NAME", help="indexed with the bundle")
    parser.add_argument("--bundle", default=DEFAULT_BUNDLE, metavar="ID|FOLDER")
    return parser


if __name__ == "__main__":
    main()
