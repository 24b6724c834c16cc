"""``temptrack-train recipe``: whole ways from raw material to a bundle."""

from pathlib import Path
from typing import Annotated

import typer

from temptrack.cli.front import Front
from temptrack.home import DEFAULT_BUNDLE

app = typer.Typer(
    name="recipe",
    cls=Front,
    help="Make a bundle from raw material, by one command.",
    no_args_is_help=True,
)

TextFile = typer.Option(exists=True, dir_okay=False)


@app.callback()
def recipe() -> None:
    """Make a bundle from raw material, by one command."""


@app.command("language-bridged")
def language_bridged(
    musiccaps: Annotated[
        Path,
        typer.Option(
            "--musiccaps", metavar="FILE", help="Your copy of MusicCaps' CSV (Google, CC BY-SA 4.0)."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the bundle goes; must not exist.")
    ],
    incompetech: Annotated[
        Path | None,
        typer.Option("--incompetech", metavar="FILE", help="Your copy of the Incompetech catalogue as CSV."),
    ] = None,
    encoders: Annotated[
        str,
        typer.Option(
            "--encoders", metavar="BUNDLE", help="Id or folder of the bundle whose encoders are kept."
        ),
    ] = DEFAULT_BUNDLE,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="ID", help="Id of the bundle; without it the folder's name."),
    ] = None,
    seeds: Annotated[
        list[int] | None,
        typer.Option(
            "--seed",
            metavar="NUMBER",
            help="Of a training; may be repeated: towers are averaged. Without it 0, 1 and 2.",
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", metavar="FOLDER", help="Keep the features of texts here for the next run."),
    ] = None,
) -> None:
    """Train towers on human words about scenes and music; no pair of film and music is needed.

    The texts are read from your copies; none of them goes into the bundle.
    """
    from temptrack.cli.screen import answers
    from temptrack_export.bundle_bridged import SEEDS, run_recipe
    from temptrack_train.recipes.sources import Texts

    manifest = run_recipe(
        encoders,
        Texts(musiccaps, incompetech),
        out,
        bundle_id=name or out.name,
        seeds=seeds or SEEDS,
        cache=cache,
    )
    console = answers()
    size_bytes = sum(entry.size_bytes for entry in manifest.files)
    console.print(f"{manifest.id}: {len(manifest.files)} files, {size_bytes / 1e6:.1f} MB in {out}")
    for metric in manifest.metrics:
        console.print(f"{metric.name}: {metric.value:.4f}")
