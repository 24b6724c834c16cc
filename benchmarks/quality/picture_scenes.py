"""Photos of scenes, judged by what people say of music that suits such a scene.

A caption of music that names a use ("this would suit a church service") lends its words about sound to that
scene. From all captions of a scene comes a profile: which tags they speak of more often than captions do. The
first ten tracks for a photo have a profile too: which tags they have more of than the library has. The two
agree as far as they correlate, and a photo is understood when its list agrees with its own scene more than
with the others.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.quality.labels import FOLDER
from benchmarks.quality.measures import summary
from benchmarks.quality.picture_moods import with_interval
from benchmarks.quality.picture_norms import photo
from benchmarks.quality.picture_system import Seen, System
from pydantic import BaseModel, ConfigDict

from temptrack_export.concepts import CONCEPTS, mentions
from temptrack_export.texts import Caption, read_musiccaps

DEPTH = 10
MOMENTS = 10
_SMOOTHING = 1.0

Profile = npt.NDArray[np.float64]
"""[tags]: above 0 where a tag is more frequent than usual."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scene(_Model):
    """A scene, its photos, and how captions name it."""

    name: str
    photos: tuple[str, ...]
    words: str
    nearest: str = ""


class Scenes(_Model):
    """The content of scenes.json."""

    about: tuple[str, ...]
    scenes: tuple[Scene, ...]
    absent: dict[str, str]


def read_scenes() -> Scenes:
    """Read scenes.json."""
    return Scenes.model_validate_json((FOLDER / "scenes.json").read_bytes())


def see_photos(reference: Path, scenes: Scenes) -> dict[str, list[Seen]]:
    """Return the photos of every scene as held for one segment."""
    files = {path.stem.split("_", 1)[1]: path for path in (reference / "images").rglob("*.jpg")}
    return {
        scene.name: [[(photo(files[name])[None], [MOMENTS])] for name in scene.photos]
        for scene in scenes.scenes
    }


def human_profiles(
    captions: Sequence[Caption], scenes: Scenes, tag_names: Sequence[str]
) -> dict[str, tuple[int, Profile]]:
    """Return for every scene the number of its captions and their profile over tags.

    Args:
        captions: with aspects and scene sentences.
        scenes: what to look for in the scene sentences.
        tag_names: tags of the profile; those that are no concept of captions stay at 0.
    """
    said = _tags_said([caption.aspects for caption in captions], tag_names)
    usual = said.mean(axis=0)
    profiles = {}
    for scene in scenes.scenes:
        pattern = re.compile(rf"\b(?:{scene.words})", re.IGNORECASE)
        rows = [
            row for row, caption in enumerate(captions) if any(pattern.search(one) for one in caption.scenes)
        ]
        share = (said[rows].sum(axis=0) + _SMOOTHING * usual) / (len(rows) + _SMOOTHING)
        profiles[scene.name] = (len(rows), _standard(np.log((share + 1e-3) / (usual + 1e-3))))
    return profiles


def _tags_said(texts: Sequence[str], tag_names: Sequence[str]) -> Profile:
    by_name = dict(zip((concept.name for concept in CONCEPTS), mentions(texts).T, strict=True))
    silent = np.zeros(len(texts))
    return np.array([by_name.get(name, silent) for name in tag_names], np.float64).T


def list_profile(system: System, seen: Seen) -> Profile:
    """Return which tags the first tracks for a picture have more of than the library, in its deviations."""
    place = {key: row for row, key in enumerate(system.keys)}
    first = [place[key] for key in system.rank(seen)[:DEPTH]]
    usual, spread = system.tags.mean(axis=0), system.tags.std(axis=0) + 1e-6
    return _standard((system.tags[first].mean(axis=0) - usual) / spread)


def _standard(values: npt.NDArray[Any]) -> Profile:
    centred = np.asarray(values, np.float64) - np.mean(values)
    return np.asarray(centred / (np.linalg.norm(centred) + 1e-9), np.float64)


def measure_scenes(
    systems: Sequence[System],
    photos: Mapping[str, Sequence[Seen]],
    captions: Sequence[Caption],
    scenes: Scenes,
) -> dict[str, Any]:
    """Compare every photo's list with every scene's captions.

    Returns:
        For each system: how much more lists agree with their own scene than with others, with an interval
        over photos; the mean place of the own scene among all (chance: the middle); both by scene.
    """
    figures: dict[str, Any] = {"scenes": len(scenes.scenes), "absent": scenes.absent}
    for system in systems:
        human = human_profiles(captions, scenes, [tag.name for tag in system.bundle.tags])
        names = list(human)
        table = np.array([human[name][1] for name in names])
        rows: dict[str, list[tuple[float, float]]] = {}
        for number, name in enumerate(names):
            for seen in photos[name]:
                agreement = table @ list_profile(system, seen)
                others = np.delete(agreement, number)
                place = 1 + int((others > agreement[number]).sum())
                rows.setdefault(name, []).append((float(agreement[number] - others.mean()), float(place)))
        every = [row for found in rows.values() for row in found]
        figures[system.name] = {
            "own_scene_less_others": summary([gain for gain, _ in every]),
            "place_of_own_scene": summary([place for _, place in every]),
            "place_by_chance": (len(names) + 1) / 2,
            "photos": len(every),
            "by_scene": {
                name: {
                    "captions": human[name][0],
                    "photos": len(found),
                    "own_scene_less_others": round(float(np.mean([gain for gain, _ in found])), 4),
                    "place_of_own_scene": round(float(np.mean([place for _, place in found])), 2),
                }
                for name, found in rows.items()
            },
        }
    return figures


def held_out_captions(
    musiccaps: Path, is_held_out: Callable[[Mapping[str, str]], bool] | None
) -> list[Caption]:
    """Return the captions a bundle's training has not seen; all of them where no split is given."""
    captions = read_musiccaps(musiccaps)
    if is_held_out is None:
        return captions
    with musiccaps.open(newline="", encoding="utf-8") as file:
        return [one for one, row in zip(captions, csv.DictReader(file), strict=True) if is_held_out(row)]


def scenes_table(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return one row a scene and the means."""
    head = "| scene | captions | photos | " + " | ".join(f"own less others {name}" for name in names)
    head += " | " + " | ".join(f"place of own scene {name}" for name in names) + " |"
    lines = [head, "|---" * (3 + 2 * len(names)) + "|"]
    for scene, row in figures[names[0]]["by_scene"].items():
        cells = [f"{figures[name]['by_scene'][scene]['own_scene_less_others']:.2f}" for name in names] + [
            f"{figures[name]['by_scene'][scene]['place_of_own_scene']:.1f}" for name in names
        ]
        lines.append(f"| {scene} | {row['captions']} | {row['photos']} | " + " | ".join(cells) + " |")
    cells = [with_interval(figures[name]["own_scene_less_others"]) for name in names]
    cells += [with_interval(figures[name]["place_of_own_scene"]) for name in names]
    chance = figures[names[0]]["place_by_chance"]
    return "\n".join([*lines, f"| **all** (chance: 0 and {chance:g}) | | | " + " | ".join(cells) + " |"])
