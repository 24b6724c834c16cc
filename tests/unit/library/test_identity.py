"""Which file is which track, whatever happened to the files."""

from pathlib import Path

from temptrack.library.identity import Identities, track_id_of
from temptrack.library.records import FileState


def state(path: Path | str, mtime_ns: int = 1) -> FileState:
    return FileState(path=str(path), root="/", size_bytes=10, mtime_ns=mtime_ns)


def test_equal_sounds_get_the_first_free_ids() -> None:
    identities = Identities(
        [(track_id_of("d", 1), "d", state("/b"))], [state("/a"), state("/b"), state("/c")]
    )
    assert identities.new_id("d") == track_id_of("d", 0)
    assert identities.new_id("d") == track_id_of("d", 2)


def test_a_file_that_went_away_is_found_at_its_new_path() -> None:
    identities = Identities([("x", "d", state("/nowhere/old.ogg"))], [state("/new.ogg")])
    assert identities.claim_moved("other") is None
    assert identities.claim_moved("d") == "x"
    assert identities.claim_moved("d") is None
    assert identities.gone() == []


def test_a_file_that_is_still_there_did_not_move(tmp_path: Path) -> None:
    still = tmp_path / "old.ogg"
    still.touch()
    identities = Identities([("x", "d", state(still))], [state("/copy.ogg")])
    assert identities.claim_moved("d") is None


def test_of_several_that_went_away_the_first_in_order_of_path_is_taken() -> None:
    rows = [("x", "d", state("/gone/b")), ("y", "d", state("/gone/a"))]
    identities = Identities(rows, [state("/new")])
    assert identities.claim_moved("d") == "y"
    assert identities.gone() == [("/gone/b", "x")]


def test_two_files_that_swap_places_keep_their_ids() -> None:
    rows = [("x", "dx", state("/p")), ("y", "dy", state("/q"))]
    identities = Identities(rows, [state("/p", 2), state("/q", 2)])
    identities.displace("x")
    identities.displace("y")
    assert identities.claim_moved("dy") == "y"
    assert identities.claim_moved("dx") == "x"
    assert identities.displaced() == []


def test_a_swap_interrupted_half_way_is_finished() -> None:
    rows = [("x", "dx", state("/p", 1)), ("y", "dy", state("/p", 2))]
    identities = Identities(rows, [state("/p", 2), state("/q", 2)])
    owner = identities.at("/p")
    assert owner is not None
    assert owner[0] == "y"
    assert identities.at("/q") is None
    assert identities.claim_moved("dx") == "x"


def test_new_sound_in_place_keeps_the_id_unless_the_old_sound_turned_up() -> None:
    identities = Identities([("x", "d", state("/p"))], [state("/p", 2)])
    identities.displace("x")
    assert identities.claim_in_place("x")
    assert not identities.claim_in_place("x")
    assert identities.displaced() == []


def test_a_row_whose_path_was_taken_over_is_left_over() -> None:
    rows = [("x", "dx", state("/p")), ("y", "dy", state("/gone"))]
    identities = Identities(rows, [state("/p", 2)])
    identities.displace("x")
    assert identities.claim_moved("dy") == "y"
    assert identities.displaced() == ["x"]
