"""Measures the suggestions of a bundle on real music and real footage, and writes benchmarks/results.

python tools/fetch_debian_music.py --benchmark
python -m benchmarks.quality.run [--bundle ID|FOLDER] [--against ID|FOLDER] [--reference FOLDER]
"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from benchmarks.quality import picture, pictures, words
from benchmarks.quality.baselines import ask_keywords, ask_sentences, ask_tagger
from benchmarks.quality.captions import measure_captions
from benchmarks.quality.hearing import Heard, Listener
from benchmarks.quality.hubs import find_hubs
from benchmarks.quality.labels import Labels, MusicFile, read_questions
from benchmarks.quality.music import Music, find_music, library_of
from benchmarks.quality.picture_system import System
from benchmarks.quality.report import report
from benchmarks.quality.taught import ask_taught
from benchmarks.speed.measure import git, machine

from temptrack import home
from temptrack.home import DEFAULT_BUNDLE
from temptrack.library.types import LibraryReader
from temptrack.model.bundles import load_bundle
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.suggest.engine import engine_for
from temptrack.suggest.local import LocalSuggester

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
TAGGER_BUNDLE = DEFAULT_BUNDLE
"""Its audio features begin with the log-odds of a public tagger, as it comes."""


class Asked:
    """A bundle with the benchmark's music in a library, ready to be asked."""

    def __init__(self, source: str, music: Music, cache: Path) -> None:
        """Load a bundle, hear with it what it has not heard before, and make its library."""
        self.bundle: OnnxBundle = load_bundle(source, device="cpu")
        self.heard = _hear(self.bundle, music, cache / "features")
        self.reader: LibraryReader = library_of(music, self.bundle, self.heard)
        self.engine: LocalSuggester = engine_for(self.bundle)


def main() -> None:
    options = _parser().parse_args()
    os.environ[home.ENVIRONMENT_VARIABLE] = str(options.cache / "home")
    music = find_music(options.music, development=options.development)
    labels = Labels()
    mistakes = labels.unused_patterns(music.tracks)
    if mistakes:
        sys.exit("\n  ".join(["labels without a track:", *mistakes]))
    asked = Asked(options.bundle, music, options.cache)
    figures = _facts(music, asked) | measure_words(asked, options.against, music, labels, options.cache)
    if options.reference:
        footage = picture.find_footage(options.reference)
        figures["picture"] = picture.compare_pictures(asked.engine, asked.reader.info, footage, music.key_of)
        systems = [System.of_sounds(asked.bundle.id, asked.bundle, asked.heard)]
        if options.against:
            systems.append(pictures.listening(options.against, music, options.cache / "features"))
        figures["pictures"] = pictures.measure_pictures(
            systems, options.reference, labels.judge(music.tracks), read_questions()
        )
    if options.musiccaps:
        bundles = [
            load_bundle(source, device="cpu") for source in (options.against, options.bundle) if source
        ]
        figures["captions"] = measure_captions(options.musiccaps, bundles)
    print(report(figures))
    if options.development:
        return
    path = RESULTS / f"quality-{asked.bundle.id}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwrote {path.relative_to(ROOT)}")


def measure_words(
    asked: Asked, against: str | None, music: Music, labels: Labels, cache: Path
) -> dict[str, Any]:
    """Ask every prompt of the bundle, of another bundle if there is one, and of all baselines."""
    questions, judgements = read_questions(), labels.judge(music.tracks)
    prompts = [question.prompt for question in questions]
    details = asked.reader.tracks()
    own_words = {music.key_of(track.path): asked.reader.detail(track.id).words for track in details}
    searchable = {key: f"{text} {PurePath(key).stem}" for key, text in own_words.items()}
    tagger = _tagger(asked, cache)
    heard = _hear(tagger, music, cache / "features")
    answers = {
        words.KEYWORDS: ask_keywords(searchable, prompts),
        words.SENTENCES: ask_sentences(own_words, prompts, tagger),
        words.TAGGER: ask_tagger(heard, prompts, tagger, _tag_names(), centred=False),
        words.TAGGER_CENTRED: ask_tagger(heard, prompts, tagger, _tag_names(), centred=True),
        words.TAUGHT: ask_taught(heard, questions, judgements),
    }
    bundle, others = asked.bundle, [Asked(against, music, cache)] if against else []
    for one in (*others, asked):
        answers |= words.ask_suggester(one.engine, one.reader.info.name, one.bundle.id, prompts, music.key_of)
    pairs = [
        (words.blind(bundle.id), words.TAGGER),
        (words.blind(bundle.id), words.TAGGER_CENTRED),
        (words.blind(bundle.id), words.TAUGHT),
        (words.as_files_are(bundle.id), words.KEYWORDS),
        (words.as_files_are(bundle.id), words.SENTENCES),
    ]
    for other in others:
        pairs.append((words.blind(bundle.id), words.blind(other.bundle.id)))
        pairs.append((words.as_files_are(bundle.id), words.as_files_are(other.bundle.id)))
    return {
        "against": {one.bundle.id: one.bundle.digest for one in others},
        "words": words.score_answers(answers, questions, judgements, pairs),
        # A keyword search ranks by ties, of which no ten come first; what is taught reads no prompt.
        "hubs": {
            system: find_hubs(rankings, questions, judgements)
            for system, rankings in answers.items()
            if system not in {words.KEYWORDS, words.TAUGHT}
        },
    }


def _hear(bundle: OnnxBundle, music: Music, folder: Path) -> dict[str, Heard]:
    listener = Listener(bundle, folder)

    def hear(number: int, track: MusicFile) -> Heard:
        print(f"\r{bundle.id} hears {number}/{len(music.tracks)}", end="", file=sys.stderr, flush=True)
        return listener.hear(music.path_of(track))

    heard = {track.key: hear(number, track) for number, track in enumerate(music.tracks, start=1)}
    print(file=sys.stderr)
    return heard


def _tagger(asked: Asked, cache: Path) -> OnnxBundle:
    return asked.bundle if asked.bundle.id == TAGGER_BUNDLE else load_bundle(TAGGER_BUNDLE, device="cpu")


def _tag_names() -> list[str]:
    from temptrack_export.musicnn import RAW_TAGS

    return [name.partition(":")[2].replace("_", " ") for name in RAW_TAGS]


def _facts(music: Music, asked: Asked) -> dict[str, Any]:
    return {
        "benchmark": "quality",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "changed_files": len(git("status", "--porcelain", "--", "backend").splitlines()),
        "machine": machine(),
        "bundle": {"id": asked.bundle.id, "digest": asked.bundle.digest},
        "track_count": len(music.tracks),
        "packages": dict(music.versions),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache = ROOT / ".cache"
    music = Path(os.environ.get("TEMPTRACK_DEBIAN_MUSIC", cache / "debian-music"))
    parser.add_argument("--music", type=Path, default=music, metavar="FOLDER", help=f"default: {music}")
    parser.add_argument("--bundle", default=DEFAULT_BUNDLE, metavar="ID|FOLDER")
    parser.add_argument("--against", metavar="ID|FOLDER", help="another bundle, compared prompt by prompt")
    parser.add_argument("--reference", type=Path, metavar="FOLDER", help="footage to ask for by picture")
    parser.add_argument("--musiccaps", type=Path, metavar="CSV", help="captions to find the aspects of")
    parser.add_argument(
        "--development",
        action="store_true",
        help="ask only music that bundles may be tuned on, and write no result",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=cache / "quality",
        metavar="FOLDER",
        help="where to keep what was heard; usual: .cache/quality",
    )
    return parser


if __name__ == "__main__":
    main()
