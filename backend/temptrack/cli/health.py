"""`temptrack health`: for probes of containers and load balancers."""

from typing import Annotated

import typer


def health(
    server: Annotated[str, typer.Argument(metavar="HOST:PORT", help="The server.")],
    deadline_s: Annotated[
        float, typer.Option("--within", metavar="SECONDS", min=0.1, help="How long the answer may take.")
    ] = 4.0,
) -> None:
    """Say whether a server takes calls, by the exit code: 0 if so, 5 if not. Needs no token."""
    from temptrack.cli.screen import answers
    from temptrack.client.health import check_health

    check_health(server, deadline_s=deadline_s)
    answers().print("serving")
