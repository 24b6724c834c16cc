"""The command ``temptrack-export``: from weights and texts to bundles."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from temptrack.cli.front import Front
from temptrack.home import DEFAULT_BUNDLE

if TYPE_CHECKING:
    from temptrack.model.manifest import Manifest

app = typer.Typer(
    name="temptrack-export",
    cls=Front,
    help="Build bundles for temptrack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

UNSTATED = "LicenseRef-unstated"
SourceFile = typer.Option(exists=True, dir_okay=False)


@app.command()
def encoders(
    musicnn: Annotated[Path, SourceFile],
    out: Annotated[Path, typer.Option(help="folder to make; must not exist")],
) -> None:
    """Make the encoders of lite-1 from packages; `temptrack-train recipe` trains towers for them."""
    from temptrack_export.lite_encoders import write_encoders

    _show(write_encoders(musicnn, out), out)


@app.command("lite-0")
def lite_0(
    musicnn: Annotated[Path, SourceFile],
    musiccaps: Annotated[Path, SourceFile],
    incompetech: Annotated[Path, SourceFile],
    out: Annotated[Path, typer.Option(help="folder to make; must not exist")],
) -> None:
    """Build lite-0, the baseline of benchmarks, from packages and your copies of both text sets."""
    from temptrack_export.bundle_lite0 import build

    _show(build(musicnn, musiccaps, incompetech, out), out)


@app.command()
def bundle(
    run: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="folder of a trained run")],
    out: Annotated[Path, typer.Option(help="folder to make; must not exist")],
    encoders: Annotated[
        str, typer.Option(help="bundle whose encoders made the run's features, by id or folder")
    ] = DEFAULT_BUNDLE,
    name: Annotated[str | None, typer.Option(help="id of the bundle; without it the folder's name")] = None,
    licence: Annotated[
        str, typer.Option(help="of the towers: what their training material allows")
    ] = UNSTATED,
    weights: Annotated[
        Literal["float32", "float16", "int8"], typer.Option(help="how what is exported is kept")
    ] = "float32",
    clip: Annotated[
        Path | None, typer.Option(help="CLIP checkpoint that made the features of picture and words")
    ] = None,
    clip_architecture: Annotated[
        str, typer.Option(help="of --clip, by open_clip's name")
    ] = "ViT-B-32-quickgelu",
    clip_licence: Annotated[str, typer.Option(help="of --clip")] = "MIT",
) -> None:
    """Build a bundle from a trained run: its towers in front of the encoders it was trained on."""
    from temptrack_export.bundle_run import ClipWeights, build_bundle

    network = None if clip is None else ClipWeights(clip, clip_architecture, clip_licence)
    made = build_bundle(
        run, out, base=encoders, bundle_id=name or out.name, licence=licence, weights=weights, clip=network
    )
    _show(made, out)


@app.command()
def pulled(
    files: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="what `temptrack bundle pull` brought")
    ],
    musiccaps: Annotated[Path, SourceFile],
    out: Annotated[Path, typer.Option(help="folder to make; must not exist")],
    incompetech: Annotated[Path | None, SourceFile] = None,
    name: Annotated[str | None, typer.Option(help="id of the bundle; without it the folder's name")] = None,
    base: Annotated[
        str, typer.Option(help="bundle whose audio encoder and tags are kept, by id or folder")
    ] = DEFAULT_BUNDLE,
    _as_json: Annotated[bool, typer.Option("--json", help="say what went wrong as JSON")] = False,
) -> None:
    """Build a bundle from weights that `temptrack bundle pull` brought, by the language-bridged recipe."""
    from temptrack_export.bundle_pulled import build_pulled
    from temptrack_train.recipes.sources import Texts

    texts = Texts(musiccaps=musiccaps, incompetech=incompetech)
    _show(build_pulled(files, texts, out, bundle_id=name or out.name, base=base), out)


def _show(manifest: "Manifest", folder: Path) -> None:
    size_bytes = sum(entry.size_bytes for entry in manifest.files)
    typer.echo(f"{manifest.id}: {len(manifest.files)} files, {size_bytes / 1e6:.1f} MB in {folder}")
    for metric in manifest.metrics:
        typer.echo(f"{metric.name}: {metric.value:.6f}")


@app.command()
def hearing(
    music: Annotated[list[Path], typer.Argument(exists=True, file_okay=False, help="folders of real music")],
    musicnn: Annotated[Path, SourceFile],
    musiccaps: Annotated[Path, SourceFile],
    incompetech: Annotated[Path, SourceFile],
    source: Annotated[str, typer.Option(help="what the folders of music hold, for the record")],
    out: Annotated[Path, typer.Option(help="file to write, such as heard.npz")],
    renders: Annotated[int, typer.Option(min=1500, help="pieces to compose and play")] = 1760,
) -> None:
    """Fit what lite-1 hears by: detectors on rendered scores, their scale on music, posteriors on both."""
    from temptrack_export.heard_run import fit_from_files

    table = fit_from_files(musicnn, music, musiccaps, incompetech, out, source=source, renders=renders)
    for row in table:
        typer.echo(
            f"{row.concept:18} AUC {row.auc:.3f}  ECE {row.ece[0]:.3f} -> {row.ece[1]:.3f}  "
            f"Brier {row.brier[0]:.3f} -> {row.brier[1]:.3f}"
        )


@app.command()
def calibrate(
    folders: Annotated[list[Path], typer.Argument(exists=True, file_okay=False)],
    bundle: Annotated[Path, typer.Option(help="folder of a bundle that hears as lite-1 does")],
    source: Annotated[str, typer.Option(help="what the folders hold, for the record")],
    out: Annotated[Path, typer.Option(help="JSON to write")],
) -> None:
    """Measure the taggers' mean and deviation over folders of real music."""
    from temptrack_export.calibration import measure

    out.write_text(json.dumps(measure(folders, bundle, source), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    app()
