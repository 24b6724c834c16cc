"""Measures the picture side of bundles on footage and photos, and writes benchmarks/results.

python -m benchmarks.quality.pictures --reference FOLDER [--bundle ID|FOLDER] [--against ID|FOLDER]

Sounds are those of ``benchmarks.quality.run``; what was heard once is read from disk. Chance and the bundle
of ``--against`` are measured in the same run, on the same tracks.
"""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.quality.hearing import Listener
from benchmarks.quality.labels import Judgements, Labels, Question, read_questions
from benchmarks.quality.music import Music, find_music
from benchmarks.quality.picture_moods import (
    measure_pieces,
    measure_variants,
    pieces_table,
    read_expectations,
    variants_table,
    watch,
)
from benchmarks.quality.picture_scenes import (
    measure_scenes,
    read_scenes,
    scenes_table,
    see_photos,
)
from benchmarks.quality.picture_system import System
from benchmarks.quality.picture_words import measure_precise, measure_slider, measure_vague, words_tables
from benchmarks.speed.measure import RESULTS, ROOT, git, machine

from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import load_bundle
from temptrack_train.recipes.sources import Texts, held_out

BENCHMARK = "quality of pictures"


def main() -> None:
    options = _parser().parse_args()
    music = find_music(options.music)
    sources = [options.bundle, *([options.against] if options.against else [])]
    systems = [listening(source, music, options.cache / "features") for source in sources]
    figures = {
        "benchmark": BENCHMARK,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "machine": machine(),
        "bundles": {system.name: system.bundle.digest for system in systems},
        **measure_pictures(systems, options.reference, Labels().judge(music.tracks), read_questions()),
    }
    print(tables(figures))
    path = RESULTS / f"quality-pictures-{systems[0].name}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwrote {path.relative_to(ROOT)}")


def listening(source: str, music: Music, heard: Path) -> System:
    """Load a bundle and hear the music with it."""
    bundle = load_bundle(source, device="cpu")
    listener = Listener(bundle, heard)
    by_key = {track.key: listener.hear(music.path_of(track)) for track in music.tracks}
    return System.of_sounds(bundle.id, bundle, by_key)


def measure_pictures(
    systems: Sequence[System],
    reference: Path,
    judgements: Judgements,
    questions: Sequence[Question],
) -> dict[str, Any]:
    """Measure moods of footage, scenes of photos, and picture with words.

    Args:
        systems: what is compared; all must take frames of the same geometry.
        reference: the folder with ``video``, ``images`` and ``text``.
        judgements: of the tracks.
        questions: prompts as editors write them.
    """
    expectations, scenes = read_expectations(), read_scenes()
    watched = watch(reference, systems[0].bundle.frame_spec, expectations)
    captions = Texts(musiccaps=reference / "text" / "musiccaps.csv").read()
    unseen = [caption for caption, apart in zip(captions, held_out(captions), strict=True) if apart]
    photos = see_photos(reference, scenes)
    return {
        "systems": [system.name for system in systems],
        "tracks": len(systems[0].keys),
        "pieces": measure_pieces(systems, watched, judgements, expectations),
        "variants": measure_variants(systems, watched, judgements, expectations),
        "photos": {
            "absent": scenes.absent,
            "held out": measure_scenes(systems, photos, unseen, scenes),
            "all": measure_scenes(systems, photos, captions, scenes),
        },
        "words": {
            "vague": measure_vague(systems, watched, judgements, expectations),
            "precise": measure_precise(systems, watched, judgements, questions),
            "slider": measure_slider(systems, watched, questions),
        },
    }


def tables(figures: Mapping[str, Any]) -> str:
    """Return everything as Markdown."""
    names = figures["systems"]
    return "\n\n".join(
        [
            f"## Footage with moods written down beforehand, {figures['tracks']} tracks by sound alone",
            pieces_table(figures["pieces"], names),
            "## The same footage changed",
            variants_table(figures["variants"], names),
            "## Photos of scenes against captions of music for such scenes that the recipe holds out",
            scenes_table(figures["photos"]["held out"], names),
            "## The same against all captions",
            scenes_table(figures["photos"]["all"], names),
            "## Picture and words",
            words_tables(figures["words"], names),
        ]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    music = Path(os.environ.get("TEMPTRACK_DEBIAN_MUSIC", ROOT / ".cache" / "debian-music"))
    cache = ROOT / ".cache" / "quality"
    parser.add_argument("--music", type=Path, default=music, metavar="FOLDER", help=f"default: {music}")
    parser.add_argument("--cache", type=Path, default=cache, metavar="FOLDER", help=f"default: {cache}")
    parser.add_argument("--reference", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--bundle", default=DEFAULT_BUNDLE, metavar="ID|FOLDER")
    parser.add_argument("--against", metavar="ID|FOLDER")
    return parser


if __name__ == "__main__":
    main()
