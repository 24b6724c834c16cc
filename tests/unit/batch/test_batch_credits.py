from typing import Any

import pytest

from temptrack.batch.credits import credit_line, credits_text, licence_wordings, wording_for
from temptrack.batch.cues import SheetCue


def cue(title: str, licence: str, **facts: Any) -> SheetCue:
    known = {
        "production": "The Show",
        "episode": "101",
        "cue": 1,
        "title": title,
        "artist": "Ada",
        "usage": "background",
        "usage_code": "BI",
        "timecode_in": "00:00:00:00",
        "timecode_out": "00:00:10:00",
        "duration": "0:00:10",
        "duration_s": 10.0,
        "duration_frames": 250,
        "rate": "25",
        "licence": licence,
        "timeline": "cut.otio",
        "scene": "whole timeline",
        "library": "stock",
        "track_id": title,
        "file": f"/music/{title}.flac",
        "changed": True,
    }
    return SheetCue.model_validate({**known, **facts})


@pytest.mark.parametrize(
    ("licence", "line"),
    [
        (
            "CC-BY-4.0",
            "“Lake” by Ada is licensed under CC BY 4.0. To view a copy of this license, visit "
            "https://creativecommons.org/licenses/by/4.0/ Edited to length.",
        ),
        (
            "CC-BY-NC-SA-3.0",
            "“Lake” by Ada is licensed under CC BY-NC-SA 3.0. To view a copy of this license, visit "
            "https://creativecommons.org/licenses/by-nc-sa/3.0/ Edited to length.",
        ),
        ("public domain", "“Lake” by Ada (public domain)"),
        ("GPL-2.0-or-later", "“Lake” by Ada (GPL-2.0-or-later)"),
        ("Free for my friends {really}", "“Lake” by Ada (Free for my friends {really})"),
    ],
)
def test_each_licence_has_its_wording(licence: str, line: str) -> None:
    assert credit_line("Lake", "Ada", licence, changed=True) == line


def test_music_that_was_not_changed_is_not_called_changed() -> None:
    assert "Edited" not in credit_line("Lake", "Ada", "CC-BY-4.0", changed=False)


@pytest.mark.parametrize(
    ("licence", "duty"),
    [
        ("CC-BY-ND-4.0", "does not let you share"),
        ("CC-BY-NC-ND-3.0", "Not for commercial use; and music timed to pictures"),
        ("CC-BY-SA-4.0", "shared under the same licence"),
        ("CC-BY-NC-4.0", "Not for commercial use"),
        ("CC-BY", "names no version"),
        ("unknown", "LICENCE UNKNOWN"),
        ("LGPL-3.0-only", "has to get the licence"),
        ("Royalty free, mention me", "Read what the owner asks for: Royalty free, mention me"),
    ],
)
def test_duties_beside_the_credit_are_listed(licence: str, duty: str) -> None:
    text = credits_text([cue("Lake", licence)])
    credits, _, duties = text.partition("Before the film is shown")
    assert duty in duties
    assert duty not in credits or licence == "Royalty free, mention me"


def test_music_that_asks_for_nothing_brings_no_duty() -> None:
    assert "Before the film" not in credits_text([cue("Lake", "CC0-1.0"), cue("Sea", "public domain")])


def test_each_episode_has_a_block_and_each_track_one_line() -> None:
    cues = [
        cue("Lake", "CC0-1.0"),
        cue("Sea", "CC0-1.0", artist="unknown"),
        cue("Lake", "CC0-1.0", cue=2),
        cue("Lake", "CC0-1.0", episode="102"),
    ]
    assert credits_text(cues) == (
        "Music in The Show, 101\n\n"
        "“Lake” by Ada (CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/)\n"
        "“Sea” by unknown artist (CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/)\n\n"
        "Music in The Show, 102\n\n"
        "“Lake” by Ada (CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/)\n"
    )


def test_no_music_makes_no_credits() -> None:
    assert credits_text([]) == ""


def test_the_table_ends_with_a_row_for_anything() -> None:
    assert licence_wordings()[-1].pattern == "*"
    assert wording_for("whatever").required
