"""Replicas of a studio: real `temptrack serve` processes, and seats that ask them through one name.

A name with several addresses needs a DNS server; here gRPC is handed the addresses that one would return.
Everything behind that, the balancing and the retries, is the client's own.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

from support.served_process import read_until
from support.serving import PATIENCE_S

NAME = "studio.test:7353"
"""What seats call the replicas."""


@dataclass
class Replica:
    """One `temptrack serve` at an address that stays its own, started and stopped as a test wants.

    Attributes:
        folder: where its audit log lies.
        address: HOST:PORT; port 0 before its first start.
    """

    folder: Path
    address: str = "127.0.0.1:0"
    _process: subprocess.Popen[str] | None = None

    @property
    def audit_log(self) -> Path:
        """Where it writes down who inserted what."""
        return self.folder / "audit.jsonl"

    def start(self) -> None:
        """Start it; ``wait_until_ready`` says when it takes calls."""
        self.folder.mkdir(parents=True, exist_ok=True)
        words = ["serve", "--listen", self.address, "--audit-log", str(self.audit_log)]
        program = Path(sys.executable).with_name("temptrack")
        self._process = subprocess.Popen([program, *words], stderr=subprocess.PIPE, text=True)

    def wait_until_ready(self) -> None:
        """Wait until it says so, and learn where it listens."""
        assert self._process is not None
        self.address = read_until(self._process.stderr, "Ready at ").split()[2].rstrip(":")

    def reports(self) -> list[dict[str, str]]:
        """Return what its audit log holds by now, line by line."""
        if not self.audit_log.exists():
            return []
        whole_lines = self.audit_log.read_text().rpartition("\n")[0].splitlines()
        return [json.loads(line) for line in whole_lines]

    def end(self, number: signal.Signals) -> int:
        """Send it a signal, wait for its end, and return how it ended."""
        assert self._process is not None
        self._process.send_signal(number)
        code = self._process.wait(PATIENCE_S)
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process = None
        return code

    def close(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self.end(signal.SIGKILL)


@contextmanager
def named(addresses: Sequence[str]) -> Iterator[str]:
    """Let a name stand for several addresses to channels opened in the block. Yields the name."""
    opened = grpc.insecure_channel

    def channel(target: str, options: Sequence[tuple[str, object]] = ()) -> grpc.Channel:
        return opened(f"ipv4:{','.join(addresses)}" if target == NAME else target, options=options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grpc, "insecure_channel", channel)
        yield NAME
