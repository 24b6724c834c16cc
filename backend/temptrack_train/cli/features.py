"""``temptrack-train features``: from media to features, once for all trainings."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from temptrack.cli.choices import AsJson, DeviceName
from temptrack.home import DEFAULT_BUNDLE
from temptrack.media.types import Sampling

if TYPE_CHECKING:
    from temptrack_train.datasets.pairs import Pair
    from temptrack_train.features.extract import Extraction
    from temptrack_train.features.extractors import Extractor

_MOST_FAILURES_SHOWN = 10


class Layout(StrEnum):
    """How the collection lies on disk."""

    FOLDER = "folder"
    YOUTUBE8M = "youtube8m"
    OSSL = "ossl"
    MGSV = "mgsv"


class Side(StrEnum):
    """What is extracted."""

    VIDEO = "video"
    MUSIC = "music"


def features(
    collection: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="The collection: your own with manifest.csv, or a published one."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the features are kept.")],
    layout: Annotated[
        Layout, typer.Option("--layout", help="How the collection lies on disk.", case_sensitive=False)
    ] = Layout.FOLDER,
    frames: Annotated[
        str,
        typer.Option(
            "--frames", metavar="NAME", help="A bundle whose frame encoder is run, or open_clip:WEIGHTS."
        ),
    ] = DEFAULT_BUNDLE,
    audio: Annotated[
        str,
        typer.Option(
            "--audio", metavar="NAME", help="A bundle whose audio encoder is run, or deepsim:WEIGHTS."
        ),
    ] = DEFAULT_BUNDLE,
    sampling: Annotated[
        Sampling, typer.Option("--sampling", help="Frames looked at; paper is six a second.")
    ] = Sampling.PAPER,
    only: Annotated[Side | None, typer.Option("--only", help="Extract only this side.")] = None,
    share: Annotated[
        str, typer.Option("--share", metavar="I/N", help="This machine's part of the work, such as 0/4.")
    ] = "0/1",
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="KEY=VALUE", help="Of the layout, such as tracks_apart=false."),
    ] = None,
    device: DeviceName = "auto",
    as_json: AsJson = False,
) -> None:
    """Extract the features of a collection; run it again to go on, or after repairing files.

    Files that cannot be used are named and left out.
    """
    from temptrack_train.datasets.opening import read_pairs
    from temptrack_train.features import encoders
    from temptrack_train.features.extract import Share
    from temptrack_train.features.extractors import MusicExtractor, VideoExtractor
    from temptrack_train.training.config import parse_changes

    part = Share.parse(share)
    pairs = read_pairs(layout.value, collection, **parse_changes(options or []))
    extractors: dict[str, Extractor] = {}
    if only is not Side.MUSIC:
        extractors[Side.VIDEO.value] = VideoExtractor(encoders.frame_encoder(frames, device=device), sampling)
    if only is not Side.VIDEO:
        extractors[Side.MUSIC.value] = MusicExtractor(encoders.audio_encoder(audio, device=device))
    done = {}
    for side, extractor in extractors.items():
        done[side] = _extract(side, extractor, _sources(side, pairs), out / side, part, quiet=as_json)
    _report(pairs, done, out, as_json)


def _sources(side: str, pairs: "Sequence[Pair]") -> Mapping[str, Path]:
    """Return the file of each key; several pairs may share one, pairs without a file have none."""
    if side == Side.VIDEO:
        return {pair.video_key: pair.video_path for pair in pairs if pair.video_path}
    return {pair.music_key: pair.music_path for pair in pairs if pair.music_path}


def _extract(
    side: str, extractor: "Extractor", sources: Mapping[str, Path], folder: Path, share: Any, *, quiet: bool
) -> "Extraction":
    from temptrack.cli.progress import bar
    from temptrack_train.features.extract import extract_features

    seen = 0
    total = sum(share.holds(key) for key in sources)
    with bar(f"Extracting {side}", unit="files", quiet=quiet) as tick:

        def progress(_key: str) -> None:
            nonlocal seen
            seen += 1
            tick(seen, total)

        return extract_features(sources, extractor, folder, share=share, progress=progress)


def _report(pairs: "Sequence[Pair]", done: "Mapping[str, Extraction]", out: Path, as_json: bool) -> None:
    from temptrack.cli.screen import answers, notes, print_json

    if as_json:
        sides = {
            side: {"done": found.done, "kept": found.kept, "failures": dict(found.failures)}
            for side, found in done.items()
        }
        print_json({"pairs": len(pairs), "features": str(out), **sides})
        return
    for side, found in done.items():
        answers().print(
            f"{side}: {found.done} extracted, {found.kept} kept from before, {len(found.failures)} failed"
        )
        for why in list(found.failures.values())[:_MOST_FAILURES_SHOWN]:
            notes().print(f"  {why}", soft_wrap=True, markup=False)
    without = sum(not (pair.video_path and pair.music_path) for pair in pairs)
    if without:
        notes().print(f"{without} of {len(pairs)} pairs have no media here.")
    answers().print(f"The features of {len(pairs)} pairs are in {out}.", soft_wrap=True)
