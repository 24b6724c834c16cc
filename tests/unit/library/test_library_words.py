"""Names, keys, licences and the words of files."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import mutagen
import pytest
from mutagen.mp4 import MP4FreeForm

from support import tones
from temptrack.errors import InvalidRequest
from temptrack.library.keys import KEYS, parse_key
from temptrack.library.licences import licence_from
from temptrack.library.names import checked_name
from temptrack.library.tags import FileTags, read_tags
from temptrack.library.words import title_from_path, words_of

NO_TAGS = FileTags("", "", "", "", "", "unknown")


@pytest.mark.parametrize("name", ["stock", "Stock 2024", "Ünïcode-Müsik", "音楽", "a.b_c"])
def test_names_people_would_choose_are_allowed(name: str) -> None:
    assert checked_name(name) == name


def test_both_unicode_forms_of_a_name_are_one() -> None:
    assert checked_name(unicodedata.normalize("NFD", "Müsik")) == unicodedata.normalize("NFC", "Müsik")


@pytest.mark.parametrize(
    "name",
    ["", "  ", "..", ".hidden", "../up", "a/b", "a\\b", "/abs", "x" * 65, "con", "NUL.txt", "a\0b", "a ",
     "a.", "a:b", "a\nb", "😀"],
)  # fmt: skip
def test_names_that_could_leave_their_folder_are_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked_name(name)
    assert caught.value.reason == "LIBRARY_NAME"
    assert repr(name) in caught.value.message


@pytest.mark.parametrize(
    ("typed", "key"),
    [("a minor", "A minor"), ("Am", "A minor"), ("AM", "A major"), ("c# maj", "C# major"), ("Db", "C# major"),
     ("Bb minor", "Bb minor"), ("A# minor", "Bb minor"), ("B♭ Minor", "Bb minor"), ("Cb major", "B major")],
)  # fmt: skip
def test_keys_are_understood_however_they_are_spelt(typed: str, key: str) -> None:
    assert parse_key(typed) == key


def test_every_key_is_spelt_as_it_is_read() -> None:
    assert [parse_key(key) for key in KEYS] == list(KEYS)


@pytest.mark.parametrize("text", ["", "H minor", "A dorian", "loud"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="is not a key"):
        parse_key(text)


@pytest.mark.parametrize(
    ("stated", "notices", "licence"),
    [
        ("http://creativecommons.org/licenses/by-sa/3.0/", "", "CC-BY-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "", "CC0-1.0"),
        ("CC BY-NC 4.0", "", "CC-BY-NC-4.0"),
        ("cc-by", "", "CC-BY"),
        ("", "© 2012 Ann. Licensed under CC-BY-SA 3.0", "CC-BY-SA-3.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International", "", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution Non-Commercial No Derivatives", "", "CC-BY-NC-ND"),
        ("GPL v2 or later", "", "GPL-2.0-or-later"),
        ("GPL-2.0-or-later", "", "GPL-2.0-or-later"),
        ("LGPL-3", "", "LGPL-3.0-only"),
        ("", "public domain", "public domain"),
        ("Studio contract 7", "", "Studio contract 7"),
        ("", "© 2009 Big Records. All rights reserved.", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_licences_are_recognised_and_ownership_is_no_licence(stated: str, notices: str, licence: str) -> None:
    assert licence_from(stated, notices) == licence


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/m/03 - Night_Drive.ogg", "Night Drive"),
        ("/m/12.mp3", "12"),
        ("/m/Rain.wav", "Rain"),
        ("/m/track 7 Sea.ogg", "Sea"),
    ],
)
def test_files_without_a_title_get_a_readable_one(path: str, title: str) -> None:
    assert title_from_path(path) == title


def test_words_are_what_a_person_would_search_by() -> None:
    tags = FileTags("Dawn", "Ann", "Coast", "Ambient", "slow pads, see http://ann.example 12345", "unknown")
    words = words_of(tags, "/usr/share/music/Calm_Seas/CD 2/01.ogg", "/usr/share/music")
    assert words == "Dawn. Ambient. Coast. slow pads, see. Calm Seas"


def test_who_wrote_and_who_publishes_a_piece_is_not_what_it_sounds_like() -> None:
    plain = FileTags("Dawn", "Ann", "Coast", "Ambient", "", "unknown")
    credited = replace(plain, composer="Wolf Rain", publisher="Storm Music")
    assert words_of(credited, "/m/a.ogg", "/m") == words_of(plain, "/m/a.ogg", "/m")


def test_words_fall_back_to_the_name_and_leave_noise_out() -> None:
    assert words_of(NO_TAGS, "/home/music/NightDrive_v2.ogg", "/home/music") == "Night Drive v2"
    assert words_of(NO_TAGS, "/x/007.ogg", "/x/007.ogg") == ""


@pytest.mark.parametrize("ending", [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aiff"])
def test_tags_are_read_from_every_format(tmp_path: Path, ending: str) -> None:
    said = {
        "title": "Dämmerung",
        "artist": "Ann",
        "album": "Coast",
        "genre": "Ambient",
        "copyright": "CC BY 4.0",
        "composer": "Bo Kähler",
    }
    tags = read_tags(str(tones.write_audio(tmp_path / f"x{ending}", tags=said)))
    assert (tags.title, tags.artist, tags.album, tags.genre) == ("Dämmerung", "Ann", "Coast", "Ambient")
    assert tags.licence == "CC-BY-4.0"
    assert tags.composer == "Bo Kähler"


@pytest.mark.parametrize("ending", [".mp3", ".flac", ".ogg", ".opus", ".aiff"])
def test_the_publisher_is_read(tmp_path: Path, ending: str) -> None:
    path = tones.write_audio(tmp_path / f"x{ending}", tags={"title": "T", "publisher": "Küste Musikverlag"})
    assert read_tags(str(path)).publisher == "Küste Musikverlag"


@pytest.mark.parametrize(
    ("field", "value"),
    [("\xa9pub", "Küste"), ("----:com.apple.iTunes:PUBLISHER", MP4FreeForm("Küste".encode()))],  # type: ignore[no-untyped-call]
)
def test_mp4_files_name_their_publisher_in_either_field(
    tmp_path: Path, field: str, value: str | MP4FreeForm
) -> None:
    path = tones.write_audio(tmp_path / "x.m4a", tags={"title": "T"})
    file = mutagen.File(path)
    file.tags[field] = [value]
    file.save()
    assert read_tags(str(path)).publisher == "Küste"


def test_several_composers_are_all_named(tmp_path: Path) -> None:
    path = tones.write_audio(tmp_path / "x.flac", tags={"title": "T"})
    file = mutagen.File(path)
    file.tags["COMPOSER"] = ["Ann", "Bo", "Ann"]
    file.save()
    assert read_tags(str(path)).composer == "Ann, Bo"


def test_a_record_label_does_not_publish_the_work(tmp_path: Path) -> None:
    label = {"organization": "Big Records", "label": "Big Records"}
    path = tones.write_audio(tmp_path / "x.flac", tags=label)
    assert read_tags(str(path)).publisher == ""


def test_a_file_that_is_none_has_no_tags(tmp_path: Path) -> None:
    path = tmp_path / "broken.mp3"
    path.write_bytes(b"ID3\x04\0\0\0\0\0\x7f" + b"\xff" * 40)
    assert read_tags(str(path)) == NO_TAGS
