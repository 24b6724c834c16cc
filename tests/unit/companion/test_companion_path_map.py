import pytest

from support.strips import described, lane, strip
from temptrack.companion.messages import PathPair
from temptrack.companion.path_map import map_strips, mapped_path


@pytest.mark.parametrize(
    ("path", "mapped"),
    [
        ("/Volumes/Shows/a/b.mov", "/mnt/shows/a/b.mov"),
        ("/volumes/shows/a/b.mov", "/mnt/shows/a/b.mov"),
        ("P:\\Shows\\a\\b.mov", "/mnt/p/a/b.mov"),
        ("p:/shows/b.mov", "/mnt/p/b.mov"),
        ("/Volumes/Shows2/b.mov", "/Volumes/Shows2/b.mov"),
        ("/Volumes/Shows", "/mnt/shows"),
        ("\\\\nas\\share\\b.mov", "/mnt/nas/b.mov"),
        ("/else/b.mov", "/else/b.mov"),
    ],
)
def test_the_first_folder_that_holds_a_path_counts(path: str, mapped: str) -> None:
    pairs = [
        PathPair(from_="/Volumes/Shows/", to="/mnt/shows/"),
        PathPair(from_="P:\\Shows", to="/mnt/p"),
        PathPair(from_="//nas/share", to="/mnt/nas"),
        PathPair(from_="/Volumes", to="/mnt/never"),
    ]
    if path.startswith("/Volumes/Shows2"):
        pairs = pairs[:3]
    assert mapped_path(path, pairs) == mapped


def test_strips_inside_strips_are_mapped_too() -> None:
    inner = strip("inner", 0, 10, path="/a/inner.mov")
    images = strip("images", 10, 20, "image_sequence", directory="/a/images", files=["1.png"])
    description = described(lane(strip("meta", 0, 20, "meta", strips=[inner, images])))
    mapped = map_strips(description, [PathPair(from_="/a", to="/b")])
    (meta,) = mapped.lanes[0].strips
    assert [(each.path, each.directory) for each in meta.strips] == [("/b/inner.mov", ""), ("", "/b/images")]
    assert map_strips(description, []) is description
