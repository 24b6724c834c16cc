"""Runs the measurements: `python -m benchmarks.speed.run NAME`; `--help` lists them."""

import argparse
from pathlib import Path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    picture = names.add_parser("picture", help="cold suggest on three minutes of 1080p, against a plain way")
    picture.add_argument("--library", help="a library of real tracks; without it vectors are planted")
    picture.add_argument("--repeats", type=int, default=3)
    picture.add_argument("--full-repeats", type=int, default=3, help="of the way that encodes every frame")
    again = names.add_parser("picture-again", help="rank again with the pictures of the last `picture`")
    again.add_argument("--library", required=True)
    prompts = names.add_parser("prompts", help="a second prompt on the same picture")
    prompts.add_argument("--tracks", type=int, default=100_000)
    prompts.add_argument("--rounds", type=int, default=3)
    vectors = names.add_parser("vectors", help="exact search over a million tracks")
    vectors.add_argument("--tracks", type=int, default=1_000_000)
    vectors.add_argument("--rounds", type=int, default=60)
    indexing = names.add_parser("indexing", help="indexing a folder of music, stage by stage")
    indexing.add_argument("--music", type=Path, help="folder of music; without it some is composed")
    indexing.add_argument("--tracks", type=int, default=12)
    indexing.add_argument("--repeats", type=int, default=3)
    companion = names.add_parser("companion", help="the process beside an editor, as its panel meets it")
    companion.add_argument("--tracks", type=int, default=10_000)
    companion.add_argument("--starts", type=int, default=5)
    models = names.add_parser("models", help="segment, prompt and track; CLIP in int8 against open_clip")
    models.add_argument("--rounds", type=int, default=3)
    models.add_argument("--repeats", type=int, default=12, help="segments and prompts a round")
    batches = names.add_parser("batches", help="rows that run together, and what the server's device costs")
    batches.add_argument("--rounds", type=int, default=5)
    names.add_parser("table", help="write the table of benchmarks/README.md from results/*.json")
    return parser


def main() -> None:
    words = _parser().parse_args()
    if words.name == "picture":
        from benchmarks.speed.picture import measure as measure_picture

        measure_picture(library=words.library, repeats=words.repeats, full_repeats=words.full_repeats)
    elif words.name == "picture-again":
        from benchmarks.speed.picture import compare_again

        compare_again(library=words.library)
    elif words.name == "prompts":
        from benchmarks.speed.prompts import measure as measure_prompts

        measure_prompts(tracks=words.tracks, rounds=words.rounds)
    elif words.name == "vectors":
        from benchmarks.speed.vectors import measure as measure_vectors

        measure_vectors(tracks=words.tracks, rounds=words.rounds)
    elif words.name == "indexing":
        from benchmarks.speed.indexing import measure as measure_indexing

        measure_indexing(music=words.music, tracks=words.tracks, repeats=words.repeats)
    elif words.name == "companion":
        from benchmarks.speed.companion import measure as measure_companion

        measure_companion(tracks=words.tracks, starts=words.starts)
    elif words.name == "models":
        from benchmarks.speed.models import measure as measure_models

        measure_models(rounds=words.rounds, repeats=words.repeats)
    elif words.name == "batches":
        from benchmarks.speed.batches import measure as measure_batches

        measure_batches(rounds=words.rounds)
    else:
        from benchmarks.speed.table import write_table

        write_table()


if __name__ == "__main__":
    main()
