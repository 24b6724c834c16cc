"""`temptrack install`: puts the plugins into editors. One file an editor."""

import typer

from temptrack.cli.install.blender import blender
from temptrack.cli.install.resolve import resolve

app = typer.Typer(
    no_args_is_help=True,
    help="Install the plugins of video editors.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("blender")(blender)
app.command("resolve")(resolve)
