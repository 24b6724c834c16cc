"""How a seat signs in at its servers: kept privately by address, or named by the environment."""

import json
import os
import tempfile
from pathlib import Path
from typing import Final

import grpc
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from temptrack import errors, home
from temptrack.wire.address import Address, parse_address

TOKEN_VARIABLE: Final = "TEMPTRACK_TOKEN"
CA_VARIABLE: Final = "TEMPTRACK_TLS_CA"
CERTIFICATE_VARIABLE: Final = "TEMPTRACK_TLS_CERTIFICATE"
KEY_VARIABLE: Final = "TEMPTRACK_TLS_KEY"

SYSTEM_CA: Final = "system"
"""In place of a file: whom this machine trusts for the web is trusted here."""


class Credentials(BaseModel):
    """What a seat shows to one server, and how it knows that server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str | None = Field(None, repr=False, description="shown with every call")
    ca: str | None = Field(
        None, description="PEM file with who may vouch for the server, or 'system'; without, there is no TLS"
    )
    certificate: Path | None = Field(None, description="PEM file: certificate to show")
    key: Path | None = Field(None, description="PEM file: key of that certificate")
    insecure_no_tls: bool = Field(False, description="send the token readable to another machine")

    def channel_credentials(self) -> grpc.ChannelCredentials | None:
        """Return what a TLS channel needs, or None for a plain one.

        Raises:
            NotFound: a file cannot be read.
            InvalidRequest: a certificate without TLS, or without its key.
        """
        if (self.certificate is None) != (self.key is None) or (self.certificate and self.ca is None):
            raise errors.InvalidRequest(
                "A certificate to show needs its key, and a CA to know the server by.",
                reason="TLS_INCOMPLETE",
                hint="Give --ca, --certificate and --key together.",
            )
        if self.ca is None:
            return None
        return grpc.ssl_channel_credentials(
            root_certificates=None if self.ca == SYSTEM_CA else _read(Path(self.ca)),
            private_key=None if self.key is None else _read(self.key),
            certificate_chain=None if self.certificate is None else _read(self.certificate),
        )

    def metadata(self, address: Address) -> tuple[tuple[str, str], ...]:
        """Return what is sent with every call.

        Raises:
            Forbidden: others could read the token on its way.
        """
        if self.token is None:
            return ()
        if self.ca is None and not address.is_loopback and not self.insecure_no_tls:
            raise errors.Forbidden(
                f"The token for {address} would travel readable: nothing says how to know the server by TLS.",
                reason="TOKEN_NEEDS_TLS",
                hint="Run `temptrack login` with --ca FILE, or --insecure-no-tls if something else encrypts.",
                metadata={"address": str(address)},
            )
        return (("authorization", f"Bearer {self.token}"),)


def credentials_for(address: str, *, token: str | None = None) -> Credentials:
    """Return how to sign in at a server: what the environment says, else what `temptrack login` kept.

    Args:
        address: HOST:PORT.
        token: shown instead of any other, such as one out of a plugin's settings.

    Raises:
        Corrupt: the kept file cannot be read.
    """
    named = {
        "token": token or os.environ.get(TOKEN_VARIABLE),
        "ca": os.environ.get(CA_VARIABLE),
        "certificate": os.environ.get(CERTIFICATE_VARIABLE),
        "key": os.environ.get(KEY_VARIABLE),
    }
    told = {name: value for name, value in named.items() if value}
    kept = _kept().get(str(parse_address(address)), Credentials())
    return Credentials.model_validate(kept.model_dump() | told)


def keep_credentials(address: str, credentials: Credentials | None) -> bool:
    """Keep how to sign in at a server, or forget it where None. Returns whether something was kept before."""
    kept = _kept()
    name = str(parse_address(address))
    was_kept = kept.pop(name, None) is not None
    if credentials is not None:
        kept[name] = credentials
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Temporary files are private to their owner from the start.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({key: value.model_dump(mode="json") for key, value in kept.items()}, file, indent=2)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return was_kept


def _path() -> Path:
    return home.home_folder() / "servers.json"


def _kept() -> dict[str, Credentials]:
    try:
        content = json.loads(_path().read_bytes())
        return {name: Credentials.model_validate(value) for name, value in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, ValidationError, AttributeError, RecursionError) as error:
        raise errors.Corrupt(
            f"What was kept about servers in {_path()} cannot be read.",
            reason="SERVERS_CORRUPT",
            hint="Delete the file and run `temptrack login` again.",
            metadata={"path": str(_path())},
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise errors.NotFound(
            f"The file {path} cannot be read: {error.strerror}.",
            reason="TLS_FILE_NOT_FOUND",
            hint="Check the path; `temptrack login` takes another.",
            metadata={"path": str(path)},
        ) from error
