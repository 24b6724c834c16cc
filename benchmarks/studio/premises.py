"""A studio for one measurement: a library, certificates, a token for every seat, a server in a process."""

import json
import os
import re
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from benchmarks.speed.measure import TEMPTRACK

from temptrack.home import ENVIRONMENT_VARIABLE
from temptrack.server.tokens import TokenStore
from temptrack.wire import limits

_READY = re.compile(r"Ready at (\S+):")
_SAMPLE = re.compile(r"^(\w+(?:\{.*\})?) (\S+)$", re.MULTILINE)
_HOST = "127.0.0.1"
_STOP_S = 60.0


@dataclass(frozen=True, slots=True)
class Premises:
    """A server that is ready, and how to reach it.

    Attributes:
        address: HOST:PORT of the server.
        metrics_url: page of its metrics.
        process_id: of the server.
        ca: certificate of whoever vouches for it, PEM.
        tokens: one for each seat.
    """

    address: str
    metrics_url: str
    process_id: int
    ca: bytes
    tokens: tuple[str, ...]

    def metrics(self) -> Mapping[str, float]:
        """Return what the server counts, by name and labels as its page has them."""
        with urllib.request.urlopen(self.metrics_url) as page:
            return {name: float(value) for name, value in _SAMPLE.findall(page.read().decode())}


CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", limits.MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", limits.MAX_MESSAGE_BYTES),
    ("grpc.enable_http_proxy", 0),
    # Every seat has a connection of its own, and no call is tried twice behind our back.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
)


@contextmanager
def open_studio(home: Path, work: Path, *, seats: int, options: Mapping[str, Any]) -> Iterator[Premises]:
    """Run `temptrack serve` with TLS and tokens on loopback while the block runs.

    Args:
        home: folder with the libraries of the server.
        work: folder for its certificates, tokens, options and log.
        seats: how many tokens are made.
        options: further options of the server, by the names its file has.

    Raises:
        RuntimeError: the server ended before it was ready; its last words are in the message.
    """
    work.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    certificate = authority.issue_cert(_HOST, "localhost")
    paths = {name: work / f"server.{ending}" for name, ending in (("certificate", "pem"), ("key", "key"))}
    certificate.private_key_pem.write_to_path(paths["key"])
    paths["certificate"].write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))
    tokens_file = work / "tokens.json"
    tokens_file.unlink(missing_ok=True)
    store = TokenStore(tokens_file)
    tokens = tuple(store.create(f"seat-{number}") for number in range(seats))
    metrics = f"{_HOST}:{_free_port()}"
    written = {
        "listen": f"{_HOST}:0",
        "tls_certificate": str(paths["certificate"]),
        "tls_key": str(paths["key"]),
        "require_token": True,
        "tokens_file": str(tokens_file),
        "metrics_listen": metrics,
        **options,
    }
    config = work / "server.toml"
    # What JSON says of texts, numbers, truths and lists, TOML says too.
    config.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in written.items()))
    with _serving(config, home, work / "server.log") as (address, process_id):
        yield Premises(address, f"http://{metrics}/metrics", process_id, authority.cert_pem.bytes(), tokens)


@contextmanager
def _serving(config: Path, home: Path, log: Path) -> Iterator[tuple[str, int]]:
    """Run the server with its log in a file: a pipe that nobody reads would hold it up."""
    environment = {**os.environ, ENVIRONMENT_VARIABLE: str(home)}
    with log.open("w") as words:
        process = subprocess.Popen(
            [TEMPTRACK, "serve", "--config", str(config)], stderr=words, env=environment
        )
    try:
        yield _address(process, log), process.pid
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        finally:
            process.kill()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    with log.open() as words:
        said = ""
        while True:
            said += words.read()
            ready = _READY.search(said)
            if ready:
                return ready[1]
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"the server ended before it was ready: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    return port
