"""The `temptrack-train` command. torch is imported by the command that needs it, never here."""

import typer

from temptrack.cli.front import Front
from temptrack_train.cli import evaluate, features, fit, recipe, sweep, synthesize

app = typer.Typer(
    name="temptrack-train",
    cls=Front,
    help="Train, measure and compare systems that find music by picture and by words.",
    epilog="Start with: temptrack-train fit viml; temptrack-train evaluate runs/viml-seed0.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("features")(features.features)
app.command("synthesize")(synthesize.synthesize)
app.command("fit")(fit.fit)
app.command("evaluate")(evaluate.evaluate)
app.command("sweep")(sweep.sweep)
app.add_typer(recipe.app)


def run() -> None:
    """Run the command line; the entry point of the installed `temptrack-train`."""
    app()
