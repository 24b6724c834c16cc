"""Addresses of servers: HOST:PORT, [IPV6]:PORT or HOST alone."""

import ipaddress
from dataclasses import dataclass

from temptrack import errors
from temptrack.wire.limits import DEFAULT_ADDRESS

_HINT = f"Write HOST:PORT, such as {DEFAULT_ADDRESS} or [::1]:7353."
_LAST_PORT = 65535
_PORT_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is.

    Attributes:
        host: name or IP address without brackets.
        port: 0 to 65535; 0 lets the system choose when listening.
    """

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_address(text: str) -> Address:
    """Read an address; without a port it gets the default one.

    Raises:
        InvalidRequest: it is no address.
    """
    host, port = _split(text.strip())
    if not port.isascii() or not port.isdigit() or len(port) > _PORT_DIGITS or int(port) > _LAST_PORT:
        raise _bad(text, f"{port!r} is no port")
    if not host or any(mark in host for mark in "/ @[]"):
        raise _bad(text, f"{host!r} is no host")
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError as error:
            raise _bad(text, f"{host!r} is no IPv6 address") from error
    return Address(host=host, port=int(port))


def _split(text: str) -> tuple[str, str]:
    default_port = DEFAULT_ADDRESS.rpartition(":")[2]
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        is_whole = closed and (not rest or rest.startswith(":"))
        return (host, rest.removeprefix(":") or default_port) if is_whole else (text, default_port)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, default_port


def _bad(text: str, why: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(f"{text!r} is no address: {why}.", reason="ADDRESS", hint=_HINT)
