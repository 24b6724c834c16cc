"""``temptrack-train sweep``: train a system with different values and compare."""

from pathlib import Path
from typing import Annotated

import typer

from temptrack.cli.choices import FLAG
from temptrack_train.cli.fit import Changes, SizeName, SystemName


def sweep(
    system: SystemName,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary", metavar="KEY=A,B,C", help="Values of a key; repeated keys give every combination."
        ),
    ],
    seeds: Annotated[int, typer.Option("--seeds", min=1, metavar="N", help="Runs of each combination.")] = 3,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FOLDER", help="Where the runs are kept; finished ones are reused."),
    ] = Path("sweeps"),
    changes: Changes = None,
    size: SizeName = None,
    as_json: Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print JSON for programs.")] = False,
) -> None:
    """Train every combination of values, with several seeds, and print what validation says.

    A sweep that was stopped goes on with the same command.
    """
    from temptrack.cli.screen import answers, print_json
    from temptrack_train.training.config import parse_changes
    from temptrack_train.training.sweep import parse_variations, run_sweep, sweep_table
    from temptrack_train.training.watching import OnScreen

    with OnScreen() as watcher:
        results = run_sweep(
            system,
            parse_variations(vary),
            seeds=range(seeds),
            out=out,
            changes=parse_changes(changes or []),
            size=size,
            watcher=watcher,
        )
    if as_json:
        print_json({"results": [result.as_dict() for result in results]})
    else:
        answers().print(sweep_table(results))
