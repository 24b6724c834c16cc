"""Certificates of a studio that exists for one test."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from temptrack.client.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Studio:
    """A certificate authority, what it vouches for, and the PEM files of both."""

    folder: Path
    authority: trustme.CA

    @property
    def ca(self) -> Path:
        path = self.folder / "ca.pem"
        if not path.exists():
            self.authority.cert_pem.write_to_path(path)
        return path

    def pair(self, *names: str, file: str = "server", expired: bool = False) -> tuple[Path, Path]:
        """Write a certificate for these names, the first one its common name, and return it and its key."""
        ends_at = datetime.now(UTC) + timedelta(days=-1 if expired else 1)
        made = self.authority.issue_cert(*names, common_name=names[0], not_after=ends_at)
        certificate, key = self.folder / f"{file}.pem", self.folder / f"{file}.key"
        chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
        certificate.write_bytes(chain)
        key.write_bytes(made.private_key_pem.bytes())
        return certificate, key

    def seat(self, name: str | None = None, *, token: str | None = None) -> Credentials:
        """Return how a seat signs in that trusts this authority, with a certificate where it has a name."""
        certificate, key = (None, None) if name is None else self.pair(name, file=f"seat-{name}")
        return Credentials(token=token, ca=str(self.ca), certificate=certificate, key=key)


def studio(folder: Path) -> Studio:
    """Found a studio in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Studio(folder, trustme.CA())
