import csv
from pathlib import Path

import pytest
from benchmarks.quality.captions import CAPTIONS, SCENES, ZERO_SHOT, captions_table, measure_captions

from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import load_bundle
from temptrack_train.recipes.sources import HELD_OUT_AUTHOR

RECORDINGS = (
    (
        "A slow solo piano plays a sad melody.",
        "This song may be playing in a funeral scene.",
        "sad, solo piano",
    ),
    (
        "Fast techno with a pounding kick.",
        "This song may be playing in a nightclub scene.",
        "techno, pounding kick",
    ),
    ("A brass band plays a merry march.", "This song may be playing in a circus scene.", "brass band, march"),
    (
        "Growling vocals over distorted guitars.",
        "This song may be playing in a horror movie scene.",
        "death metal, distorted guitar",
    ),
)


@pytest.fixture(name="musiccaps", scope="module")
def make_musiccaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("captions") / "musiccaps.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ytid", "caption", "aspect_list", "author_id"])
        for number, (sound, scene, aspects) in enumerate(RECORDINGS):
            writer.writerow([number, f"{sound} {scene}", repr(aspects.split(", ")), HELD_OUT_AUTHOR])
        writer.writerow(
            [
                "x",
                "A jazz trio. This song may be playing in a bar scene.",
                "['jazz trio']",
                f"{HELD_OUT_AUTHOR}1",
            ]
        )
    return path


def test_captions_lead_to_their_own_aspects_and_learned_writers_are_not_asked(musiccaps: Path) -> None:
    figures = measure_captions(musiccaps, [load_bundle(device="cpu", threads=1)])
    assert figures[CAPTIONS]["candidates"] == len(RECORDINGS)
    assert figures[CAPTIONS]["systems"][DEFAULT_BUNDLE]["median_rank"]["mean"] == 1.0
    assert figures[CAPTIONS]["systems"][ZERO_SHOT]["recall_at_10"]["mean"] == 1.0
    assert figures[SCENES]["questions"] == len(RECORDINGS)
    assert figures[SCENES]["systems"][DEFAULT_BUNDLE]["median_rank"]["mean"] <= 2.5
    assert f"| captions | {DEFAULT_BUNDLE} | 1.0 " in captions_table(figures)
