"""`temptrack serve`: the engine for many seats."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from temptrack.cli.choices import FLAG
from temptrack.cli.extras import server_extra
from temptrack.home import DEFAULT_BUNDLE

if TYPE_CHECKING:
    from temptrack.suggest.types import EngineInfo
    from temptrack.wire.address import Address

_FILE = "FILE"


def serve(
    config: Annotated[
        Path | None, typer.Option(metavar=_FILE, help="TOML file with options; those given here win.")
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to listen; 127.0.0.1:7353 unless said otherwise."),
    ] = None,
    bundle: Annotated[
        str | None,
        typer.Option(metavar="ID|FOLDER", help=f"Model bundle to serve; {DEFAULT_BUNDLE} unless said."),
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"] | None,
        typer.Option(metavar="auto|cpu|cuda", help="Where the model runs; auto takes the GPU if it can."),
    ] = None,
    require_gpu: Annotated[
        bool | None, typer.Option("--require-gpu", metavar=FLAG, help="Rather end than serve without a GPU.")
    ] = None,
    threads: Annotated[int | None, typer.Option(metavar="N", min=1, help="Threads of the engine.")] = None,
    allow_root: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="Callers may index music under this folder; may be repeated."),
    ] = None,
    require_token: Annotated[
        bool | None,
        typer.Option("--require-token", metavar=FLAG, help="Refuse callers without a token."),
    ] = None,
    tls_certificate: Annotated[
        Path | None, typer.Option(metavar=_FILE, help="PEM file: certificate of this server, and its chain.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar=_FILE, help="PEM file: key of that certificate.")
    ] = None,
    tls_client_ca: Annotated[
        Path | None,
        typer.Option(metavar=_FILE, help="PEM file: who signs the certificates clients must show."),
    ] = None,
    insecure_any_address: Annotated[
        bool | None,
        typer.Option(
            "--insecure-any-address",
            metavar=FLAG,
            help="Let others on the network in, although nobody signs in.",
        ),
    ] = None,
    insecure_no_tls: Annotated[
        bool | None,
        typer.Option(
            "--insecure-no-tls",
            metavar=FLAG,
            help="Let tokens travel readable: something before this server encrypts.",
        ),
    ] = None,
    audit_log: Annotated[
        Path | None, typer.Option(metavar=_FILE, help="Keep who inserted and fetched which track.")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Serve Prometheus metrics here.")
    ] = None,
    reflection: Annotated[
        bool | None, typer.Option("--reflection", metavar=FLAG, help="Let tools ask which calls there are.")
    ] = None,
) -> None:
    """Serve suggestions to other machines until stopped with Ctrl-C.

    Other seats ask with `temptrack suggest … --server HOST:PORT`. The libraries are those of this machine.
    `temptrack config show` prints every option, also those that only a file or the environment sets.
    """
    with server_extra():
        from temptrack.server.app import run
        from temptrack.server.settings import read_options
        from temptrack.server.telemetry import configure_log

    options = read_options(
        config,
        listen=listen,
        bundle=bundle,
        device=device,
        require_gpu=require_gpu,
        threads=threads,
        allow_roots=tuple(allow_root) if allow_root else None,
        require_token=require_token,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        tls_client_ca=tls_client_ca,
        insecure_any_address=insecure_any_address,
        insecure_no_tls=insecure_no_tls,
        audit_log=audit_log,
        metrics_listen=metrics,
        reflection=reflection,
    )
    configure_log(options.log_format, options.log_level)
    run(options, on_ready=_announce)


def _announce(address: "Address", info: "EngineInfo") -> None:
    from temptrack.cli.screen import notes

    notes().print(
        f"Ready at {address}: bundle {info.bundle_id} on {info.provider}. Ctrl-C stops.", soft_wrap=True
    )
