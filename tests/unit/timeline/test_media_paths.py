from pathlib import Path, PureWindowsPath

import pytest

from temptrack.timeline.media_paths import is_there, paths_of
from temptrack.timeline.media_root import FolderRoot

ROOT = FolderRoot(Path("/cut"))


@pytest.mark.parametrize(
    ("url", "paths"),
    [
        ("/media/a.mov", ["/media/a.mov"]),
        ("file:///media/a%20b.mov", ["/media/a b.mov", "/media/a%20b.mov"]),
        ("file:///media/a b.mov", ["/media/a b.mov"]),
        ("file:///media/a#1?.mov", ["/media/a#1?.mov"]),
        ("file:///media/%C3%A9t%C3%A9.mov", ["/media/été.mov", "/media/%C3%A9t%C3%A9.mov"]),
        ("file://localhost/media/a.mov", ["/media/a.mov"]),
        ("FILE:/media/a.mov", ["/media/a.mov"]),
        ("file://nas/share/a.mov", ["//nas/share/a.mov"]),
        ("file://localhost/D%3a/media/a.mov", ["D:/media/a.mov"]),
        ("file:///C:/media/a%20b.mov", ["C:/media/a b.mov", "C:/media/a%20b.mov"]),
        ("file://C:/media/a.mov", ["C:/media/a.mov"]),
        ("C:\\media\\a.mov", ["C:\\media\\a.mov"]),
        ("\\\\nas\\share\\a.mov", ["\\\\nas\\share\\a.mov"]),
        ("media/a.mov", ["/cut/media/a.mov"]),
        ("media/100%.mov", ["/cut/media/100%.mov"]),
        ("media\\a.mov", ["/cut/media/a.mov"]),
        ("../a%20b.mov", ["/cut/../a%20b.mov", "/cut/../a b.mov"]),
        ("https://example.com/a.mov", []),
        ("s3://bucket/a.mov", []),
    ],
)
def test_urls_lead_to_paths(url: str, paths: list[str]) -> None:
    assert paths_of(url, ROOT) == tuple(Path(path) for path in paths)


def test_windows_paths_are_never_taken_for_relative_ones() -> None:
    for url in ("C:\\a.mov", "c:/a.mov", "\\\\nas\\s\\a.mov"):
        (path,) = paths_of(url, ROOT)
        assert str(PureWindowsPath(str(path))).casefold().startswith(("c:\\", "\\\\nas"))


def test_a_path_that_cannot_exist_is_not_there() -> None:
    assert not is_there(Path("/media/\0.mov"), Path.is_file)
    assert not is_there(Path("/" + "x" * 5000), Path.is_file)
