"""`temptrack login` and `logout`: how this seat signs in at a server."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from temptrack.cli.choices import FLAG

Server = Annotated[str, typer.Argument(metavar="HOST:PORT", help="The server.")]


def login(
    server: Server,
    ca: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|system",
            help="Know the server by TLS: PEM file with who vouches for it, or whom this machine trusts.",
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PEM file: certificate to show to the server.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PEM file: key of that certificate.")
    ] = None,
    without_token: Annotated[
        bool, typer.Option("--without-token", metavar=FLAG, help="Show the certificate only.")
    ] = False,
    insecure_no_tls: Annotated[
        bool,
        typer.Option(
            "--insecure-no-tls", metavar=FLAG, help="Send the token readable: something else encrypts."
        ),
    ] = False,
) -> None:
    """Sign in at a server once; every command, plugin and program of this user does so from then on.

    The token is asked for, or read from standard input; it never stands on the command line, where others
    could see it.
    """
    from temptrack.cli.screen import notes
    from temptrack.client.credentials import Credentials, keep_credentials
    from temptrack.client.remote import RemoteSuggester

    token = None if without_token else _token()
    credentials = Credentials(
        token=token or None,
        ca=ca if ca in (None, "system") else str(Path(ca).absolute()),
        certificate=None if certificate is None else certificate.absolute(),
        key=None if key is None else key.absolute(),
        insecure_no_tls=insecure_no_tls,
    )
    with RemoteSuggester(server, credentials=credentials) as remote:
        info = remote.info()
        names = ", ".join(library.name for library in remote.libraries()) or "no library yet"
    keep_credentials(server, credentials)
    notes().print(
        f"Signed in at {server}: {info.bundle_id} on {info.provider}, {names}.", markup=False, soft_wrap=True
    )


def logout(server: Server) -> None:
    """Forget how to sign in at a server."""
    from temptrack.cli.screen import notes
    from temptrack.client.credentials import keep_credentials

    was_kept = keep_credentials(server, None)
    notes().print("Forgotten." if was_kept else "Nothing was kept.", soft_wrap=True)


def _token() -> str:
    if sys.stdin.isatty():
        entered: str = typer.prompt("Token", hide_input=True)
        return entered.strip()
    return sys.stdin.readline().strip()
