"""Measures the suggestions of a bundle on real music and real footage, and writes benchmarks/results.

python tools/fetch_debian_music.py [--calibration]
python -m benchmarks.quality.run [--calibration] [--pseudo-labels TABLE.csv] [--reference FOLDER]
"""

import argparse
import json
import os
import subprocess
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.quality import picture, pseudo_labels
from benchmarks.quality.labels import Labels, read_questions
from benchmarks.quality.music import Music, find_music, index_music, library_name
from benchmarks.quality.tables import category_table, overall_table
from benchmarks.quality.words import ask_all, score_answers
from benchmarks.speed.measure import machine

from temptrack.library.report import IndexReport
from temptrack.library.store import LibraryStore
from temptrack.library.types import LibraryInfo
from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


def main() -> None:
    options = _parser().parse_args()
    music = find_music(options.music, with_calibration=options.calibration)
    bundle = load_bundle(options.bundle, device="cpu")
    labels = Labels()
    mistakes = labels.unused_patterns(music.tracks)
    if mistakes:
        print("labels without a track:", *mistakes, sep="\n  ")
    reports = index_music(music, bundle, options.bundle, workers=options.workers)
    engine = engine_for(bundle)
    library = library_name(bundle)
    reader = LibraryStore.open(library).reader()
    judgements, questions = labels.judge(music.tracks), read_questions()
    sets = {"unseen": [track for track in music.tracks if not track.calibration]}
    if options.calibration:
        sets["all"] = list(music.tracks)
    figures: dict[str, Any] = _facts(music, reports, reader.info)
    answers = ask_all(engine, reader, questions, music.key_of)
    figures["words"] = {
        name: score_answers(answers, questions, judgements, tracks) for name, tracks in sets.items()
    }
    for name in sets:
        print(f"\n## Words, {name}\n\n{overall_table(figures['words'][name])}")
        print(f"\n{category_table(figures['words'][name])}")
    if options.pseudo_labels:
        guessed = pseudo_labels.read_pseudo_labels(options.pseudo_labels, sets["unseen"])
        asked = ask_all(engine, reader, pseudo_labels.QUESTIONS, music.key_of)
        known = {key for by_track in guessed.values() for key in by_track}
        tracks = [track for track in sets["unseen"] if track.key in known]
        figures["pseudo_labels"] = score_answers(asked, pseudo_labels.QUESTIONS, guessed, tracks)
        print(f"\n## Guesses of two other taggers, unseen\n\n{overall_table(figures['pseudo_labels'])}")
        print(f"\n{category_table(figures['pseudo_labels'])}")
    if options.reference:
        footage = picture.find_footage(options.reference)
        figures["picture"] = picture.compare_pictures(engine, reader.info, footage, music.key_of)
        print(f"\n## Picture alone\n\n{picture.overlap_table(figures['picture'])}\n")
        print(picture.overlap_summary(figures["picture"]))
    path = RESULTS / f"quality-{bundle.id}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwrote {path.relative_to(ROOT)}")


def _facts(music: Music, reports: Sequence[IndexReport], library: LibraryInfo) -> dict[str, Any]:
    return {
        "benchmark": "quality",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "changed_files": len(_git("status", "--porcelain", "--", "backend").splitlines()),
        "machine": machine(),
        "bundle": {"id": library.bundle_id, "digest": library.bundle_digest},
        "library_digest": library.digest,
        "packages": dict(music.versions),
        "calibration_packages": sorted({track.package for track in music.tracks if track.calibration}),
        "indexing": _indexing(reports),
    }


def _indexing(reports: Sequence[IndexReport]) -> dict[str, Any]:
    stages = Counter[str]()
    for report in reports:
        stages.update(report.seconds)
    wall_s = stages.pop("wall", 0.0)
    added = sum(report.added for report in reports)
    return {
        "added_in_this_run": added,
        "audio_s": round(sum(report.audio_s for report in reports), 1),
        "cpu_s": {stage: round(spent, 2) for stage, spent in stages.items()},
        "cpu_s_per_track": round(stages.total() / added, 2) if added else None,
        "wall_s": round(wall_s, 1),
        "failed": [failed.model_dump() for report in reports for failed in report.failed],
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    music = Path(os.environ.get("TEMPTRACK_DEBIAN_MUSIC", ROOT / ".cache" / "debian-music"))
    parser.add_argument("--music", type=Path, default=music, metavar="FOLDER", help=f"default: {music}")
    parser.add_argument(
        "--calibration",
        action="store_true",
        help="also ask music that shaped the calibration of lite-0's tagger",
    )
    parser.add_argument("--bundle", default="lite-0", metavar="ID|FOLDER")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that index; usual: one a core")
    parser.add_argument("--pseudo-labels", type=Path, metavar="CSV", help="guesses of other taggers")
    parser.add_argument("--reference", type=Path, metavar="FOLDER", help="footage to ask for by picture")
    return parser


if __name__ == "__main__":
    main()
