"""The `temptrack` command. Heavy rooms are imported by the command that needs them, never here."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from temptrack import __version__
from temptrack.cli import companion, demo, doctor, install, library, serve, suggest, timeline
from temptrack.cli.choices import FLAG
from temptrack.cli.failures import explain, report


class _Front(TyperGroup):
    """Turns every failure into one sentence and an exit code, however the command was started."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            # Newer releases of typer would leave at once, without a word.
            raise explain(interrupt) from interrupt

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        try:
            result = super().main(
                args=words,
                prog_name=prog_name,
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
            code = result if isinstance(result, int) else 0
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of a pipe, such as `head`, has seen enough.
            sys.stderr.close()
            code = 0
        except (Exception, KeyboardInterrupt) as error:
            code = report(error, as_json="--json" in words)
        if not standalone_mode:
            return code
        sys.exit(code)


app = typer.Typer(
    name="temptrack",
    cls=_Front,
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
app.command("timeline")(timeline.timeline)
app.add_typer(library.app, name="library")
app.command("serve")(serve.serve)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
app.command("companion", hidden=True)(companion.companion)
app.add_typer(install.app, name="install")


def run() -> None:
    """Run the command line; the entry point of the installed `temptrack`."""
    app()
