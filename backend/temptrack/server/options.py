"""What a server is told at start."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from temptrack import errors
from temptrack.home import DEFAULT_BUNDLE
from temptrack.wire.address import Address, parse_address
from temptrack.wire.limits import DEFAULT_ADDRESS

Right = Literal["suggest", "index", "admin"]
"""What a caller may do: ask and listen; fill libraries; make and delete them. Each holds those before it."""

Count = Annotated[int, Field(ge=1)]


class ServerOptions(BaseModel):
    """What a server is told at start: by its command, its environment and its file (``settings``)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    listen: str = Field(DEFAULT_ADDRESS, description="HOST:PORT; port 0 lets the system choose")
    bundle: str = Field(DEFAULT_BUNDLE, description="id or folder of the bundle to serve")
    allow_roots: tuple[Path, ...] = Field(
        (), description="folders that callers may have indexed, with everything under them"
    )
    libraries: tuple[str, ...] = Field(
        (), description="libraries to load before calls are taken; others when first asked for"
    )
    reflection: bool = Field(False, description="let tools such as grpcurl ask which calls there are")

    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the graphs run")
    require_gpu: bool = Field(False, description="rather end than serve without a GPU")
    gpus: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0,), min_length=1, description="GPUs as CUDA counts"
    )
    gpu_memory_limit_mb: Count | None = Field(None, description="most memory of one graph on a GPU, MiB")
    vectors_gpu_mb: Annotated[int, Field(ge=0)] = Field(
        4096, description="most memory of libraries' vectors on the first GPU, MiB; 0 ranks on the processor"
    )
    threads: Count | None = Field(None, description="threads of the engine; its own choice where absent")
    batch_frames: Count | None = Field(None, description="pictures run together; 1 on a CPU, 64 on a GPU")
    batch_texts: Count | None = Field(None, description="prompts run together; 1 on a CPU, 32 on a GPU")
    batch_queries: Count | None = Field(None, description="queries run together; 1 on a CPU, 32 on a GPU")
    calls_at_once: Count | None = Field(None, description="calls worked on together; 4 on a CPU, 64 on a GPU")
    queue_limit: Annotated[int, Field(ge=0)] = Field(64, description="most calls that wait for their turn")
    call_limit: Count = Field(256, description="most calls under way at once, waiting ones included")
    deadline_s: float = Field(
        60.0, gt=0, description="longest a call may take whose caller sets no deadline, s; not for streams"
    )
    drain_s: float = Field(
        10.0, ge=0, description="how long calls under way may go on after the server was told to stop, s"
    )

    tls_certificate: Path | None = Field(None, description="PEM file: the server's certificate and its chain")
    tls_key: Path | None = Field(None, description="PEM file: the key of that certificate")
    tls_client_ca: Path | None = Field(
        None, description="PEM file: who signs the certificates that every client must show"
    )
    tls_client_right: Right = Field(
        "suggest", description="right of clients that show a certificate and need no token"
    )
    require_token: bool = Field(
        False, description="refuse callers without a token (`temptrack token create`)"
    )
    tokens_file: Path | None = Field(
        None, description="where tokens are kept; among temptrack's own files if absent"
    )
    insecure_any_address: bool = Field(
        False, description="listen beyond this machine although nobody has to sign in"
    )
    insecure_no_tls: bool = Field(
        False, description="listen beyond this machine although tokens can be read on the way"
    )
    calls_per_s: float | None = Field(
        None, gt=0, description="calls a second of one caller; unlimited if absent"
    )
    calls_burst: Count = Field(100, description="calls of one caller at once before that rate holds them")

    audit_log: Path | None = Field(None, description="JSONL file: who inserted, fetched and changed what")
    audit_mb: Count = Field(64, description="size at which the audit log is rotated, MiB")
    audit_keep: Count = Field(20, description="rotated audit logs to keep")
    log_format: Literal["text", "json"] = Field(
        "text", description="how the log is written, to standard error"
    )
    log_level: Literal["debug", "info", "warning"] = Field("info", description="least weight that is logged")
    metrics_listen: str | None = Field(None, description="HOST:PORT of Prometheus metrics; none if absent")
    tracing: bool = Field(
        False, description="send OpenTelemetry traces, as the OTEL_ variables of the environment say"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key come together")
        if self.tls_client_ca is not None and self.tls_certificate is None:
            raise ValueError("tls_client_ca needs tls_certificate and tls_key")
        if self.require_gpu and self.device == "cpu":
            raise ValueError("require_gpu and device = 'cpu' exclude each other")
        return self

    @property
    def signs_in(self) -> bool:
        """Whether callers have to say who they are."""
        return self.require_token or self.tls_client_ca is not None

    def address(self) -> Address:
        """Return where to listen.

        Raises:
            InvalidRequest: it is no address.
            Forbidden: others could reach it and nothing was said that this is meant.
        """
        address = parse_address(self.listen)
        if address.is_loopback:
            return address
        if not self.signs_in and not self.insecure_any_address:
            raise errors.Forbidden(
                f"Listening on {address} would let anyone on the network use this server and its libraries.",
                reason="LISTEN_BEYOND_LOOPBACK",
                hint="Say --require-token with --tls-certificate and --tls-key, listen on 127.0.0.1, or say "
                "--insecure-any-address if the network is trusted.",
                metadata={"address": str(address)},
            )
        if self.require_token and self.tls_certificate is None and not self.insecure_no_tls:
            raise errors.Forbidden(
                f"On the way to {address}, tokens could be read and used by others: there is no TLS.",
                reason="TOKENS_WITHOUT_TLS",
                hint="Say --tls-certificate and --tls-key, or --insecure-no-tls if something before this "
                "server encrypts.",
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


def option_error(problem: Any) -> errors.InvalidRequest:
    """Return the error of a problem that pydantic found."""
    name = ".".join(str(part) for part in problem["loc"])
    what = f"Option {name!r}: " if name else ""
    return errors.InvalidRequest(
        f"{what}{problem['msg'].removeprefix('Value error, ')}.",
        reason="BAD_OPTION",
        hint="`temptrack config show` prints every option with its range.",
        metadata={"option": name},
    )
