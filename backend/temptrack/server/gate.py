"""Decides who is calling: by token, by certificate, or by the machine they call from."""

import ipaddress
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import grpc.aio

from temptrack import errors
from temptrack.server import metrics
from temptrack.server.callers import Caller
from temptrack.server.options import ServerOptions
from temptrack.server.rates import Rates
from temptrack.server.tokens import TokenStore

HEADER: Final = "authorization"
SCHEME: Final = "Bearer "

Context = grpc.aio.ServicerContext[Any, Any]


class Gate:
    """Lets callers in, or says why not."""

    def __init__(self, options: ServerOptions) -> None:
        """Prepare a gate as the options say."""
        self._options = options
        self._tokens = TokenStore(options.tokens_file)
        self._rates = Rates(options.calls_per_s, burst=options.calls_burst)

    def admit(self, method: str, request: object, context: Context) -> Caller:
        """Return who makes a call, after making sure that they may.

        Raises:
            Unauthenticated: nobody knows who they are.
            Forbidden: the call is not theirs to make.
            Overloaded: they call too often.
            Corrupt: the tokens cannot be read.
        """
        try:
            caller = self._caller(context)
            self._rates.take(caller.name)
            caller.check(method, request)
        except (errors.Unauthenticated, errors.Forbidden) as error:
            metrics.REFUSED.labels(error.reason).inc()
            raise
        return caller

    def _caller(self, context: Context) -> Caller:
        if self._options.require_token:
            token = self._tokens.check(_token_in(context))
            libraries = frozenset(token.libraries) if token.libraries else None
            return Caller(token.name, token.right, libraries)
        if self._options.tls_client_ca is not None:
            return Caller(_certified_name(context), self._options.tls_client_right)
        return Caller(_machine(context.peer()), "admin")


def _token_in(context: Context) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == HEADER and isinstance(value, str) and value.startswith(SCHEME):
            return value.removeprefix(SCHEME).strip()
    raise errors.Unauthenticated(
        "This server wants a token, and none came with the call.",
        reason="TOKEN_MISSING",
        hint="Ask whoever runs the server for one, then run `temptrack login HOST:PORT`.",
    )


def _certified_name(context: Context) -> str:
    # gRPC lets nobody in without a certificate; an empty one would be a fault of this server.
    known: Mapping[str, Any] = context.auth_context()
    for key in ("x509_common_name", "x509_subject_alternative_name"):
        for value in known.get(key, ()):
            return str(value.decode("utf-8", "replace"))
    raise errors.Unauthenticated(
        "The certificate of the caller names nobody.",
        reason="CERTIFICATE_NAMELESS",
        hint="Give client certificates a common name or a subject alternative name.",
    )


def _machine(peer: str) -> str:
    """Return the machine of a peer such as "ipv4:10.0.0.7:51234"; on this machine, its process as well."""
    kind, _, where = unquote(peer).partition(":")
    if kind not in ("ipv4", "ipv6"):
        return peer or "unknown"
    host = where.rpartition(":")[0].strip("[]")
    try:
        return where if ipaddress.ip_address(host.partition("%")[0]).is_loopback else host
    except ValueError:
        return where
