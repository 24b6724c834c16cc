"""``temptrack-train fit``: train one system."""

from pathlib import Path
from typing import Annotated

import typer

from temptrack.cli.choices import FLAG

SystemName = Annotated[
    str,
    typer.Argument(
        metavar="SYSTEM", help="pretet, mvpt, mvpt_plus, viml, viml_plus, or a YAML file that describes one."
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a value, such as loss.temperature=0.1; may be repeated."
    ),
]
SizeName = Annotated[
    str | None, typer.Option("--size", metavar="NAME", help="Which of the file's sizes: planted or paper.")
]


def fit(
    system: SystemName,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Where the run is kept; runs/SYSTEM-seedN without it."),
    ] = None,
    changes: Changes = None,
    size: SizeName = None,
    resume: Annotated[
        bool, typer.Option("--resume", metavar=FLAG, help="Go on with the run in the folder.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", metavar=FLAG, help="Print how it ended as JSON for programs.")
    ] = False,
) -> None:
    """Train a system; stop it at any time and go on with --resume.

    Several GPUs or processes: torchrun --nproc-per-node N -m temptrack_train fit SYSTEM.
    """
    from dataclasses import asdict

    from temptrack.cli.screen import answers, print_json
    from temptrack_train.training.config import load_system, parse_changes
    from temptrack_train.training.data import training_data
    from temptrack_train.training.fit import fit as train
    from temptrack_train.training.processes import is_first
    from temptrack_train.training.watching import OnScreen

    config = load_system(system, parse_changes(changes or []), size=size)
    folder = out or Path("runs") / f"{config.name}-seed{config.training.seed}"
    with OnScreen() as watcher:
        summary = train(config, training_data(config.data), folder, resume=resume, watcher=watcher)
    if not is_first():
        return
    if as_json:
        print_json({**asdict(summary), "run": str(folder)})
        return
    console = answers()
    console.print(
        f"{summary.system}: best after epoch {summary.best_epoch} of {summary.epochs}, "
        f"{summary.parameters:,} parameters, {summary.seconds:.0f} s"
    )
    for name, value in summary.figures.items():
        console.print(f"  {name}: {value:.1f}")
    console.print(f"The run is in {folder}.", soft_wrap=True)
