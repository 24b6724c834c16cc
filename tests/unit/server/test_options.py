from pathlib import Path

import pytest

from temptrack import errors
from temptrack.server.options import ServerOptions
from temptrack.server.shelf import Shelf


@pytest.mark.parametrize("listen", ["0.0.0.0:7353", "[::]:7353", "10.1.2.3:7353", "studio:7353"])
def test_beyond_this_machine_only_when_told_so_in_words(listen: str) -> None:
    with pytest.raises(errors.Forbidden) as caught:
        ServerOptions(listen=listen).address()
    assert listen in caught.value.message
    assert "--insecure-any-address" in caught.value.hint
    assert str(ServerOptions(listen=listen, insecure_any_address=True).address()) == listen


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:7353", "[::1]:7353"])
def test_this_machine_alone_needs_no_words(listen: str) -> None:
    assert str(ServerOptions(listen=listen).address()) == listen


def test_a_root_that_is_no_folder_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound) as caught:
        ServerOptions(allow_roots=(tmp_path / "gone",)).roots()
    assert str(tmp_path / "gone") in caught.value.message


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    (folder / "album").mkdir(parents=True)
    (tmp_path / "music-private").mkdir()
    (folder / "way-out").symlink_to(tmp_path / "music-private")
    return folder


def test_folders_under_a_root_are_allowed_without_their_links(music: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(music)
    shelf = Shelf(ServerOptions(allow_roots=(link,)).roots())
    assert shelf.allowed([str(link / "album"), str(music)]) == [music / "album", music]


@pytest.mark.parametrize(
    "inside", ["way-out", "..", "../music-private", "album/../../music-private", "../gone"]
)
def test_no_way_leads_out_of_a_root(music: Path, inside: str) -> None:
    with pytest.raises(errors.Forbidden) as caught:
        Shelf((music,)).allowed([str(music / inside)])
    assert "--allow-root" in caught.value.hint


def test_without_roots_nothing_is_allowed(music: Path) -> None:
    with pytest.raises(errors.Forbidden):
        Shelf(()).allowed([str(music)])


@pytest.mark.parametrize(
    ("folders", "kind"),
    [
        ([], errors.InvalidRequest),
        (["album"], errors.InvalidRequest),
        ([""], errors.InvalidRequest),
        (["/a\0b"], errors.InvalidRequest),
    ],
)
def test_what_is_no_folder_is_refused(
    music: Path, folders: list[str], kind: type[errors.TemptrackError]
) -> None:
    with pytest.raises(kind):
        Shelf((music,)).allowed(folders)


def test_a_folder_that_is_not_there_is_told(music: Path) -> None:
    with pytest.raises(errors.NotFound):
        Shelf((music,)).allowed([str(music / "gone")])


@pytest.mark.parametrize("name", ["/etc", "s3://bucket/x", "../x", "a/b", "", "C:\\x"])
def test_a_caller_cannot_name_a_place_instead_of_a_library(name: str) -> None:
    shelf = Shelf(())
    for call in (shelf.info, shelf.reader, shelf.store, shelf.delete, shelf.edition):
        with pytest.raises(errors.InvalidRequest) as caught:
            call(name)
        assert caught.value.reason == "LIBRARY_NAME"


def test_a_library_is_changed_by_one_run_at_a_time() -> None:
    shelf = Shelf(())
    with shelf.changing("stock"), shelf.changing("other"):
        with pytest.raises(errors.NotReady) as caught, shelf.changing("stock"):
            pass
        assert caught.value.reason == "INDEX_RUNNING"
    with shelf.changing("stock"):
        pass
