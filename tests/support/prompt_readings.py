"""The prompts whose readings are kept as a golden, and how they are read there."""

import json
from pathlib import Path
from typing import Any

from temptrack.model.types import Tag, TagGroup
from temptrack.suggest.prompt import read_prompt
from temptrack.suggest.vocabulary import TagVocabulary

GOLDEN = Path(__file__).parents[1] / "golden" / "prompt_readings" / "readings.json"
# The tags of lite-0, written out: another bundle must not change what these prompts are expected to mean.
_TAGS = {
    TagGroup.GENRE: "rock, hard rock, metal, punk, indie, pop, electronic, techno, house, hip hop, "
    "soul, funk, jazz, blues, country, folk, ambient, new age, classical, opera, indian, experimental, "
    "easy listening",
    TagGroup.MOOD: "happy, sad, beautiful, mellow, quiet, loud, slow, fast, party",
    TagGroup.INSTRUMENT: "guitar, acoustic, piano, strings, harp, flute, synth, drums, beat, choir",
    TagGroup.VOCAL: "female vocals, male vocals, vocals, instrumental",
}
VOCABULARY = TagVocabulary(
    [Tag(name, group, 0.5) for group, names in _TAGS.items() for name in names.split(", ")]
)


def read_for_golden(prompt: str) -> dict[str, Any]:
    """Return what a reviewer looks at: the words that are searched, and each part with what it does."""
    reading = read_prompt(prompt, VOCABULARY).reading
    return {
        "prompt": prompt,
        "searched": reading.wanted,
        "read": [f"{part.effect}: {part.text}" for part in reading.parts],
    }


def golden_readings() -> list[dict[str, Any]]:
    """Return the golden as it is written down."""
    readings: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return readings


def write_golden(prompts: list[str]) -> None:
    """Write the golden for some prompts, a line each."""
    lines = [json.dumps(read_for_golden(prompt), ensure_ascii=False) for prompt in prompts]
    GOLDEN.write_text("[\n " + ",\n ".join(lines) + "\n]\n", encoding="utf-8")
