"""``temptrack-train evaluate``: how good a run is, or every table from scratch."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    runs: Annotated[list[Path] | None, typer.Argument(help="folders of trained runs", exists=True)] = None,
    tables: Annotated[bool, typer.Option("--tables", help="train and ask every system")] = False,
    out: Annotated[Path, typer.Option(help="folder for tables.md and plots")] = Path("tables"),
    results: Annotated[Path | None, typer.Option(help="JSON to write; default: tables.json in --out")] = None,
    work: Annotated[Path, typer.Option(help="folder of the cells; a killed run goes on from it")] = Path(
        "runs/tables"
    ),
    seeds: Annotated[int, typer.Option(min=1, help="trainings of each system, by seeds 0, 1, ...")] = 3,
    size: Annotated[str | None, typer.Option(help="of the systems: planted or paper")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, for every system of the tables")
    ] = None,
    track_pool: Annotated[int, typer.Option(min=2, help="N of whole tracks")] = 2000,
    clip_pool: Annotated[int, typer.Option(min=2, help="N of clips")] = 500,
    jobs: Annotated[int, typer.Option(min=1, help="tables: systems trained at a time")] = 1,
    as_served: Annotated[
        bool,
        typer.Option("--as-served", help="runs: tracks from the mean over their windows, as in libraries"),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="runs: JSON instead of a table")] = False,
) -> None:
    """Measure retrieval: of trained RUNS on their test split, or --tables from scratch."""
    from temptrack.errors import InvalidRequest

    if tables == bool(runs):
        raise InvalidRequest(
            "Nothing was named to evaluate." if not tables else "Both runs and --tables were given.",
            reason="NOTHING_TO_EVALUATE" if not tables else "RUNS_AND_TABLES",
            hint="Name folders of runs, or ask for --tables.",
        )
    from temptrack_train.evaluation.commands import evaluate_runs, make_tables

    if runs:
        typer.echo(
            evaluate_runs(
                runs, track_pool=track_pool, clip_pool=clip_pool, as_served=as_served, as_json=as_json
            )
        )
        return
    page = make_tables(
        out=out,
        results_file=results or out / "tables.json",
        work=work,
        seeds=seeds,
        size=size,
        changes=changes or (),
        track_pool=track_pool,
        clip_pool=clip_pool,
        jobs=jobs,
    )
    typer.echo(page)
