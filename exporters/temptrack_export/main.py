"""The command ``temptrack-export``: from weights and texts to bundles."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Build bundles for temptrack.", no_args_is_help=True, add_completion=False)

SourceFile = typer.Option(exists=True, dir_okay=False)


@app.command("lite-0")
def lite_0(
    musicnn: Annotated[Path, SourceFile],
    musiccaps: Annotated[Path, SourceFile],
    incompetech: Annotated[Path, SourceFile],
    out: Annotated[Path, typer.Option(help="folder to make; must not exist")],
) -> None:
    """Build lite-0 from the musicnn source distribution and your copies of both text sets."""
    from temptrack_export.bundle_lite0 import build

    manifest = build(musicnn, musiccaps, incompetech, out)
    size_bytes = sum(entry.size_bytes for entry in manifest.files)
    typer.echo(f"{manifest.id}: {len(manifest.files)} files, {size_bytes / 1e6:.1f} MB in {out}")
    for metric in manifest.metrics:
        typer.echo(f"{metric.name}: {metric.value:.6f}")


@app.command()
def calibrate(
    folders: Annotated[list[Path], typer.Argument(exists=True, file_okay=False)],
    bundle: Annotated[Path, typer.Option(help="a lite-0 bundle whose audio encoder is run")],
    source: Annotated[str, typer.Option(help="what the folders hold, for the record")],
    out: Annotated[Path, typer.Option(help="JSON to write")],
) -> None:
    """Measure the taggers' mean and deviation over folders of real music."""
    from temptrack_export.calibration import measure

    out.write_text(json.dumps(measure(folders, bundle, source), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    app()
