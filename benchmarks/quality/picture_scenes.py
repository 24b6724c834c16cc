"""Photos of scenes, judged by what people say of music that suits such a scene.

A caption of music that names a use ("this would suit a church service") lends its words about sound to that
scene. From all captions of a scene comes a profile: which tags they speak of more often than captions do. The
first ten tracks for a photo have a profile too: which tags they have more of than the library has. The two
agree as far as they correlate, and a photo is understood when its list agrees with its own scene more than
with the others.
"""

import re
from collections.abc import Mapping, Sequence
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
from temptrack_export.heard import HEARD
from temptrack_train.recipes.sources import Recording

DEPTH = 10
FEWEST_CAPTIONS = 3
"""A scene that fewer captions speak of has no profile and is left out."""

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
    captions: Sequence[Recording], scenes: Scenes, tag_names: Sequence[str]
) -> dict[str, tuple[int, Profile]]:
    """Return for every scene that enough captions speak of their number and their profile over tags.

    Args:
        captions: with aspects and scene phrases.
        scenes: what to look for in the scene phrases.
        tag_names: tags of the profile; those that are no concept of captions stay at 0.
    """
    said = _tags_said([caption.listed for caption in captions], tag_names)
    usual = said.mean(axis=0)
    profiles = {}
    for scene in scenes.scenes:
        pattern = re.compile(rf"\b(?:{scene.words})", re.IGNORECASE)
        rows = [
            row for row, caption in enumerate(captions) if any(pattern.search(one) for one in caption.scenes)
        ]
        if len(rows) < FEWEST_CAPTIONS:
            continue
        share = (said[rows].sum(axis=0) + _SMOOTHING * usual) / (len(rows) + _SMOOTHING)
        profiles[scene.name] = (len(rows), _standard(np.log((share + 1e-3) / (usual + 1e-3))))
    return profiles


def _tags_said(texts: Sequence[str], tag_names: Sequence[str]) -> Profile:
    known = {concept.name: concept for concept in (*CONCEPTS, *HEARD)}
    by_name = dict(zip(known, mentions(texts, list(known.values())).T, strict=True))
    silent = np.zeros(len(texts))
    return np.array([by_name.get(name, silent) for name in tag_names], np.float64).T


def list_profile(first: Sequence[str], judge: System) -> Profile:
    """Return which tags some tracks have more of than all have, in deviations, by the ears of a system."""
    rows = [judge.keys.index(key) for key in first]
    usual, spread = judge.tags.mean(axis=0), judge.tags.std(axis=0) + 1e-6
    return _standard((judge.tags[rows].mean(axis=0) - usual) / spread)


def _standard(values: npt.NDArray[Any]) -> Profile:
    centred = np.asarray(values, np.float64) - np.mean(values)
    return np.asarray(centred / (np.linalg.norm(centred) + 1e-9), np.float64)


def measure_scenes(
    systems: Sequence[System],
    photos: Mapping[str, Sequence[Seen]],
    captions: Sequence[Recording],
    scenes: Scenes,
) -> dict[str, Any]:
    """Compare every photo's list with every scene's captions.

    What the tracks of a list sound like is said by a tagger, and every system has its own. Each list is
    therefore judged by the tags of every system, its own and those of the others.

    Returns:
        For each judge and system: how much more lists agree with their own scene than with others, with an
        interval over photos; the mean place of the own scene among all (chance: the middle); both by scene.
    """
    lists = {
        system.name: {name: [system.rank(seen)[:DEPTH] for seen in photos[name]] for name in photos}
        for system in systems
    }
    judged_by: dict[str, Any] = {}
    for judge in systems:
        human = human_profiles(captions, scenes, [tag.name for tag in judge.bundle.tags])
        judged_by[judge.name] = {name: _agreement(found, human, judge) for name, found in lists.items()}
    return {"captions": len(captions), "place_by_chance": (len(human) + 1) / 2, "judged_by": judged_by}


def _agreement(
    lists: Mapping[str, Sequence[Sequence[str]]], human: Mapping[str, tuple[int, Profile]], judge: System
) -> dict[str, Any]:
    table = np.array([profile for _, profile in human.values()])
    by_scene: dict[str, Any] = {}
    gains: list[float] = []
    places: list[float] = []
    for number, (scene, (captions, _)) in enumerate(human.items()):
        agreements = [table @ list_profile(first, judge) for first in lists[scene]]
        others = [np.delete(agreement, number) for agreement in agreements]
        own = [float(agreement[number]) for agreement in agreements]
        gain = [one - float(rest.mean()) for one, rest in zip(own, others, strict=True)]
        place = [1.0 + int((rest > one).sum()) for one, rest in zip(own, others, strict=True)]
        by_scene[scene] = {
            "captions": captions,
            "photos": len(own),
            "own_scene_less_others": round(float(np.mean(gain)), 4),
            "place_of_own_scene": round(float(np.mean(place)), 2),
        }
        gains += gain
        places += place
    return {
        "photos": len(gains),
        "own_scene_less_others": summary(gains),
        "place_of_own_scene": summary(places),
        "by_scene": by_scene,
    }


def scenes_table(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return one row a scene and the means, lists judged by the tags of the first system."""
    judge = names[0]
    found = figures["judged_by"][judge]
    head = "| scene | captions | photos | " + " | ".join(f"own less others {name}" for name in names)
    head += " | " + " | ".join(f"place of own scene {name}" for name in names) + " |"
    lines = [head, "|---" * (3 + 2 * len(names)) + "|"]
    for scene, row in found[judge]["by_scene"].items():
        cells = [f"{found[name]['by_scene'][scene]['own_scene_less_others']:.2f}" for name in names]
        cells += [f"{found[name]['by_scene'][scene]['place_of_own_scene']:.1f}" for name in names]
        lines.append(f"| {scene} | {row['captions']} | {row['photos']} | " + " | ".join(cells) + " |")
    chance = figures["place_by_chance"]
    for other, by_system in figures["judged_by"].items():
        cells = [with_interval(by_system[name]["own_scene_less_others"]) for name in names]
        cells += [with_interval(by_system[name]["place_of_own_scene"]) for name in names]
        label = f"**all**, judged by the tags of {other} (chance: 0 and {chance:g})"
        lines.append(f"| {label} | | | " + " | ".join(cells) + " |")
    return "\n".join(lines)
