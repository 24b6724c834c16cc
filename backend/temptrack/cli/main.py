"""The `temptrack` command. Heavy rooms are imported by the command that needs them, never here."""

import sys
from typing import Annotated

import typer

from temptrack import __version__
from temptrack.cli import (
    batch,
    bundle,
    companion,
    config,
    demo,
    doctor,
    health,
    install,
    library,
    login,
    serve,
    suggest,
    timeline,
    token,
)
from temptrack.cli.choices import FLAG
from temptrack.cli.front import Front

app = typer.Typer(
    name="temptrack",
    cls=Front,
    help="Suggest music for a cut from your own library, by picture and by words.",
    epilog="Start with: temptrack library create stock; temptrack library index stock MUSIC_FOLDER; "
    "temptrack suggest CUT.otio --library stock --prompt 'calm, hopeful piano'.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"temptrack {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar=FLAG,
            callback=_print_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    pass


app.command("suggest")(suggest.suggest)
app.command("batch")(batch.batch)
app.command("timeline")(timeline.timeline)
app.add_typer(library.app, name="library")
app.add_typer(bundle.app, name="bundle")
app.command("serve")(serve.serve)
app.add_typer(token.app, name="token")
app.add_typer(config.app, name="config")
app.command("health")(health.health)
app.command("login")(login.login)
app.command("logout")(login.logout)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
app.command("companion", hidden=True)(companion.companion)
app.add_typer(install.app, name="install")


def run() -> None:
    """Run the command line; the entry point of the installed `temptrack`."""
    app()
