"""Reading the user's copies of the texts."""

from pathlib import Path

import pytest

from temptrack.errors import Corrupt, NotFound
from temptrack_train.recipes.sources import HELD_OUT_AUTHOR, Texts, held_out, read_incompetech, read_musiccaps

CAPTIONS = (
    "ytid,aspect_list,caption,author_id\n"
    "a1,\"['slow tempo', 'piano, strings']\",A slow piano. It could be used in a wedding film.,4\n"
    f"a2,\"['techno']\",A loud kick drum.,{HELD_OUT_AUTHOR}\n"
)
CATALOGUE = (
    "title,description,genre,feel,instruments\n"
    'Night - Part 2,"Quiet strings.\nNight Kevin MacLeod (incompetech.com)",'
    'Soundtrack,"Dark, Eerie",Strings\n'
    "Day,,Soundtrack,Bright,Piano\n"
)


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_captions_are_taken_apart(tmp_path: Path) -> None:
    first, second = read_musiccaps(written(tmp_path, "captions.csv", CAPTIONS))
    assert first.aspects == ("slow tempo", "piano", "strings")
    assert first.scenes == ("a wedding film",)
    assert first.sound == "A slow piano."
    assert second.scenes == ()


def test_a_writer_is_held_out_as_a_whole(tmp_path: Path) -> None:
    assert held_out(read_musiccaps(written(tmp_path, "captions.csv", CAPTIONS))) == [False, True]


def test_the_catalogue_loses_its_credits_and_empty_entries(tmp_path: Path) -> None:
    (only,) = read_incompetech(written(tmp_path, "catalogue.csv", CATALOGUE))
    assert only.words == "Quiet strings."
    assert only.listed == "soundtrack, dark, eerie, strings"


def test_parts_of_one_piece_share_a_group(tmp_path: Path) -> None:
    rows = "".join(f"Night - Part {part},Quiet.,Soundtrack,Dark,Strings\n" for part in (1, 2))
    first, second = read_incompetech(written(tmp_path, "c.csv", CATALOGUE.splitlines()[0] + "\n" + rows))
    assert first.group == second.group


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.csv") as caught:
        Texts(tmp_path / "nowhere.csv").read()
    assert caught.value.reason == "RECIPE_TEXTS_NOT_FOUND"


@pytest.mark.parametrize(
    ("content", "named"),
    [("ytid,caption\na,b\n", "aspect_list"), (CAPTIONS.replace("['techno']", "techno("), "Row 3")],
)
def test_damage_is_named(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(Corrupt, match=named) as caught:
        Texts(written(tmp_path, "captions.csv", content)).read()
    assert caught.value.reason == "RECIPE_TEXTS_CORRUPT"
