"""The server's certificates, read again when their files change."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc

from temptrack import errors
from temptrack.server.options import ServerOptions


def server_credentials(options: ServerOptions) -> grpc.ServerCredentials | None:
    """Return what a secure port needs, or None where there is no certificate.

    New files are taken with the next connection, so that certificates can be renewed without a restart; files
    that do not fit together are left until they do.

    Raises:
        InvalidRequest: a file cannot be read, or certificate and key are no pair.
    """
    if options.tls_certificate is None or options.tls_key is None:
        return None
    files = _Files(options.tls_certificate, options.tls_key, options.tls_client_ca)
    first = files.configuration()
    # Its stubs do not know that a fetcher may say "nothing new" by None.
    newer: Any = files.newer
    return grpc.dynamic_ssl_server_credentials(
        first, newer, require_client_authentication=options.tls_client_ca is not None
    )


class _Files:
    def __init__(self, certificate: Path, key: Path, client_ca: Path | None) -> None:
        self._certificate, self._key, self._client_ca = certificate, key, client_ca
        self._seen = self._stamps()

    def configuration(self) -> grpc.ServerCertificateConfiguration:
        """Read the files. Raises InvalidRequest."""
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            # Without this, a key under a password would have it asked for at the terminal.
            context.load_cert_chain(self._certificate, self._key, password=_no_password)
            if self._client_ca is not None:
                context.load_verify_locations(self._client_ca)
            client_ca = None if self._client_ca is None else self._client_ca.read_bytes()
            pair = (self._key.read_bytes(), self._certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise errors.InvalidRequest(
                f"The certificate {self._certificate} and its key cannot be used: {_why(error)}.",
                reason="TLS_FILES",
                hint="Give PEM files that this user may read: the certificate with its chain, and its key "
                "without a password.",
                metadata={"certificate": str(self._certificate), "key": str(self._key)},
            ) from error
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=client_ca)

    def newer(self) -> grpc.ServerCertificateConfiguration | None:
        """Return what the files hold where they changed, else None."""
        stamps = self._stamps()
        if stamps == self._seen:
            return None
        try:
            found = self.configuration()
        except errors.InvalidRequest:
            # Half of a renewal: the old pair stays good until the other half is there.
            return None
        self._seen = stamps
        return found

    def _stamps(self) -> Sequence[int]:
        files = [file for file in (self._certificate, self._key, self._client_ca) if file is not None]
        return [file.stat().st_mtime_ns if file.exists() else 0 for file in files]


def _no_password() -> bytes:
    raise ValueError("the key has a password")


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
