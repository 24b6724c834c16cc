"""What a server is told at start."""

from dataclasses import dataclass
from pathlib import Path

from temptrack import errors
from temptrack.wire.address import Address, parse_address
from temptrack.wire.limits import DEFAULT_ADDRESS


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What a server is told at start.

    Attributes:
        listen: HOST:PORT; port 0 lets the system choose.
        bundle: id or folder of the bundle to serve.
        device: "auto", "cpu" or "cuda".
        threads: threads of the engine, or None for its own choice.
        allow_roots: folders that callers may have indexed, with everything under them.
        insecure_any_address: listen beyond this machine although nobody has to say who they are.
        reflection: let tools such as grpcurl ask which calls there are.
        queue_limit: most calls that wait for the device; more are told to come back.
        call_limit: most calls under way at once.
        deadline_s: longest a call may take whose caller sets no deadline, in seconds; not for streams.
        drain_s: how long calls under way may go on after the server was told to stop, in seconds.
    """

    listen: str = DEFAULT_ADDRESS
    bundle: str = "lite-0"
    device: str = "auto"
    threads: int | None = None
    allow_roots: tuple[Path, ...] = ()
    insecure_any_address: bool = False
    reflection: bool = False
    queue_limit: int = 64
    call_limit: int = 256
    deadline_s: float = 60.0
    drain_s: float = 10.0

    def address(self) -> Address:
        """Return where to listen.

        Raises:
            InvalidRequest: it is no address.
            Forbidden: others could reach it and nothing was said that this is meant.
        """
        address = parse_address(self.listen)
        if not address.is_loopback and not self.insecure_any_address:
            raise errors.Forbidden(
                f"Listening on {address} would let anyone on the network use this server and its libraries.",
                reason="LISTEN_BEYOND_LOOPBACK",
                hint="Listen on 127.0.0.1, or say --insecure-any-address if the network is trusted.",
                metadata={"address": str(address)},
            )
        return address

    def roots(self) -> tuple[Path, ...]:
        """Return the allowed folders without links.

        Raises:
            NotFound: one of them is no folder.
        """
        for root in self.allow_roots:
            if not root.is_dir():
                raise errors.NotFound(
                    f"There is no folder {root} to allow.",
                    reason="ROOT_NOT_FOUND",
                    hint="Give --allow-root folders that exist.",
                    metadata={"path": str(root)},
                )
        return tuple(root.resolve() for root in self.allow_roots)
