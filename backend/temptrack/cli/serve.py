"""`temptrack serve`: the engine for many seats."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from temptrack.cli.choices import FLAG, DeviceName

if TYPE_CHECKING:
    from temptrack.suggest.types import EngineInfo
    from temptrack.wire.address import Address


def serve(
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to listen; port 0 lets the system choose.")
    ] = "127.0.0.1:7353",
    bundle: Annotated[str, typer.Option(metavar="ID|FOLDER", help="Model bundle to serve.")] = "lite-0",
    device: DeviceName = "auto",
    threads: Annotated[int | None, typer.Option(metavar="N", min=1, help="Threads of the engine.")] = None,
    allow_root: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="Callers may index music under this folder; may be repeated."),
    ] = None,
    insecure_any_address: Annotated[
        bool,
        typer.Option(
            "--insecure-any-address",
            metavar=FLAG,
            help="Let others on the network in, although nobody signs in.",
        ),
    ] = False,
    reflection: Annotated[
        bool, typer.Option("--reflection", metavar=FLAG, help="Let tools ask which calls there are.")
    ] = False,
) -> None:
    """Serve suggestions to other machines until stopped with Ctrl-C.

    Other seats ask with `temptrack suggest … --server HOST:PORT`. The libraries are those of this machine.
    """
    import logging

    from temptrack.server.app import run
    from temptrack.server.options import ServerOptions

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    run(
        ServerOptions(
            listen=listen,
            bundle=bundle,
            device=device,
            threads=threads,
            allow_roots=tuple(allow_root or ()),
            insecure_any_address=insecure_any_address,
            reflection=reflection,
        ),
        on_ready=_announce,
    )


def _announce(address: "Address", info: "EngineInfo") -> None:
    from temptrack.cli.screen import notes

    notes().print(
        f"Ready at {address}: bundle {info.bundle_id} on {info.provider}. Ctrl-C stops.", soft_wrap=True
    )
