"""`temptrack token`: who may use this machine's server."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from temptrack.cli.choices import AsJson
from temptrack.cli.extras import server_extra

if TYPE_CHECKING:
    from temptrack.server.tokens import TokenStore

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke the tokens of this machine's server.")

Config = Annotated[
    Path | None, typer.Option(metavar="FILE", help="TOML file of the server, which may say where tokens are.")
]

_SPAN = re.compile(r"(\d{1,5})([hd])")


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who will use it, such as suite-3 or jane.")],
    right: Annotated[
        Literal["suggest", "index", "admin"],
        typer.Option(
            metavar="suggest|index|admin",
            help="What it allows: ask and listen; fill libraries too; make and delete them too.",
        ),
    ] = "suggest",
    library: Annotated[
        list[str] | None,
        typer.Option("--library", "-l", metavar="NAME", help="Only this library; may be repeated."),
    ] = None,
    expires: Annotated[
        str, typer.Option(metavar="365d|12h|DATE|never", help="When it ends to be good.")
    ] = "365d",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it: this once, for only a hash of it is kept."""
    from temptrack.cli.screen import notes, print_json

    ends_at = _end(expires, datetime.now(UTC))
    token = _store(config).create(name, right=right, libraries=library or (), expires_at=ends_at)
    if as_json:
        print_json({"token": token, "id": token.split("_")[1]})
        return
    typer.echo(token)
    until = "without end" if ends_at is None else f"until {ends_at:%Y-%m-%d %H:%M} UTC"
    notes().print(f"For '{name}', {until}. It cannot be shown again.", markup=False, soft_wrap=True)


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List tokens: who has them, what they allow, how long."""
    from temptrack.cli.screen import answers, print_json

    tokens = _store(config).list()
    if as_json:
        shown = [token.model_dump(mode="json", exclude={"sha256"}) for token in tokens]
        print_json({"tokens": shown})
        return
    for token in tokens:
        libraries = ", ".join(token.libraries) or "all libraries"
        ends = "never" if token.expires_at is None else f"{token.expires_at:%Y-%m-%d}"
        state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else f"expires {ends}"
        line = f"{token.id}  {token.name}  {token.right}  {libraries}  {state}"
        answers().print(line, markup=False, soft_wrap=True)


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="First column of `temptrack token list`.")],
    config: Config = None,
) -> None:
    """End a token at once; a running server heeds it with its next call."""
    from temptrack.cli.screen import notes

    token = _store(config).revoke(token_id)
    notes().print(f"The token of '{token.name}' is revoked.", markup=False, soft_wrap=True)


def _store(config: Path | None) -> "TokenStore":
    with server_extra():
        from temptrack.server.settings import read_options
        from temptrack.server.tokens import TokenStore

    return TokenStore(read_options(config).tokens_file)


def _end(text: str, now: datetime) -> datetime | None:
    if text == "never":
        return None
    span = _SPAN.fullmatch(text)
    if span:
        count = int(span[1])
        return now + (timedelta(days=count) if span[2] == "d" else timedelta(hours=count))
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        day = now
    if day <= now:
        raise typer.BadParameter(f"{text!r} is no time to come; write 90d, 12h, 2030-01-31 or never.")
    return day
