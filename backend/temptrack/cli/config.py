"""`temptrack config`: what a server would be told."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from temptrack.cli.choices import AsJson
from temptrack.cli.extras import server_extra

if TYPE_CHECKING:
    from temptrack.server.options import ServerOptions

app = typer.Typer(no_args_is_help=True, help="Check and show the options of a server.")

ConfigFile = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="TOML file; TEMPTRACK_SERVER_CONFIG names another by default."),
]


@app.command()
def check(file: ConfigFile = None) -> None:
    """Check file and environment as `temptrack serve` would read them, without serving."""
    from temptrack.cli.screen import answers

    options = _read(file)
    with server_extra():
        from temptrack.server.tls import server_credentials

    address = options.address()
    roots = options.roots()
    is_secure = server_credentials(options) is not None
    lines = [
        f"listens at {address}, {'with' if is_secure else 'without'} TLS",
        "callers sign in " + _ways(options) if options.signs_in else "nobody signs in",
        f"serves {options.bundle} on {'cuda' if options.require_gpu else options.device}",
        "indexes under " + ", ".join(map(str, roots)) if roots else "indexes nothing for callers",
        f"keeps its audit log in {options.audit_log}" if options.audit_log else "keeps no audit log",
    ]
    answers().print("\n".join(lines), markup=False, soft_wrap=True)


@app.command()
def show(file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Print every option with its value and meaning, as a file that `temptrack serve --config` takes."""
    from temptrack.cli.screen import print_json

    options = _read(file)
    values = options.model_dump(mode="json")
    if as_json:
        print_json(values)
        return
    for name, field in type(options).model_fields.items():
        value = values[name]
        line = f"# {name} =" if value is None else f"{name} = {_toml(value)}"
        typer.echo(f"# {field.description}\n{line}\n")


def _read(file: Path | None) -> "ServerOptions":
    with server_extra():
        from temptrack.server.settings import read_options

    return read_options(file)


def _toml(value: Any) -> str:
    # Strings, numbers, truth values and lists of them are written alike in JSON and in TOML.
    return json.dumps(value, ensure_ascii=False)


def _ways(options: "ServerOptions") -> str:
    ways = ["by token"] if options.require_token else []
    return " and ".join([*ways, *(["by certificate"] if options.tls_client_ca else [])])
