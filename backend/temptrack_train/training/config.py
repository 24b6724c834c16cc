"""A system as one YAML file: what it is made of, what it learns from and how.

``extends`` names a file that this one changes; ``sizes`` holds named changes, of which ``size`` picks one.
What the sources leave open is marked in the files as ours.
"""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.losses.config import LossConfig
from temptrack_train.models.config import ModelConfig, Part


class DataConfig(Part):
    """What a system learns from."""

    kind: Literal["planted", "folder", "youtube8m", "ossl", "mgsv"] = "planted"
    path: Path | None = Field(None, description="the collection; none for planted")
    features: Path | None = Field(None, description="what `temptrack-train features` wrote; none for planted")
    text_encoder: str | None = Field(
        None, description="a bundle's id or folder, or open_clip:WEIGHTS; none for planted"
    )
    options: Mapping[str, Any] = Field(
        default_factory=dict, description="further arguments of the kind, such as those of PlantedSpec"
    )
    texts: Literal["human", "tags", "data2text", "prompt2text", "file"] = Field(
        "human", description="what words are trained on: the dataset's own, a recipe's, or a file's"
    )
    texts_file: Path | None = Field(None, description="JSON lines with track_id and text, for texts: file")

    @model_validator(mode="after")
    def _file_is_named(self) -> Self:
        if (self.texts == "file") != (self.texts_file is not None):
            raise ValueError("texts_file goes with texts: file, and only with it")
        return self

    @model_validator(mode="after")
    def _media_are_named(self) -> Self:
        places = (self.path, self.features, self.text_encoder)
        if self.kind != "planted" and None in places:
            raise ValueError(f"{self.kind} data need path, features and text_encoder")
        return self


class TrainingConfig(Part):
    """How a system learns."""

    seed: int = 0
    batch_size: int = Field(512, ge=2, description="pairs a step over all processes")
    epochs: int = Field(30, ge=1)
    learning_rate: float = Field(3e-4, gt=0, description="highest, after the warm-up")
    warm_up: float = Field(0.05, ge=0, lt=1, description="share of the steps in which the rate rises")
    weight_decay: float = Field(0.01, ge=0)
    gradient_norm: float = Field(1.0, gt=0, description="longer gradients are shortened to this")
    segments: int | None = Field(None, ge=1, description="train on this many successive ones; None: on all")
    patience: int = Field(10, ge=1, description="epochs without a better validation before it stops")
    validation_pool: int = Field(500, ge=2, description="pairs of a validation pool; recall is of this pool")
    watched: Literal["auto", "video_to_music_r10", "video_text_to_music_r10"] = Field(
        "auto", description="what must grow; auto: with words where the system knows them"
    )
    threads: int | None = Field(
        None, ge=1, description="of the processor; sums depend on it in the last digits. None: torch's choice"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of the towers; losses are float32"
    )


class SystemConfig(Part):
    """One system."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    about: str = ""
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    loss: LossConfig = LossConfig()
    training: TrainingConfig = TrainingConfig()

    @model_validator(mode="after")
    def _options_fit_the_system(self) -> Self:
        loss, words = self.loss, self.model.words
        if words is None and (loss.video_only or loss.text_only or loss.teacher):
            raise ValueError("loss.video_only, text_only and teacher are for systems with model.words")
        if words and words.weighting == "path" and not (loss.text_only or loss.teacher):
            raise ValueError("weighting: path leads to words alone, which only text_only or teacher train")
        return self

    @property
    def watched(self) -> str:
        """Name of the validation figure that must grow."""
        if self.training.watched != "auto":
            return self.training.watched
        return "video_text_to_music_r10" if self.model.words else "video_to_music_r10"


def known_systems() -> list[str]:
    """Return the names of the systems that come with the package, sorted."""
    folder = resources.files("temptrack_train") / "configs"
    return sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_system(
    name: str | Path, changes: Mapping[str, Any] | None = None, *, size: str | None = None
) -> SystemConfig:
    """Read a system.

    Args:
        name: of a system that comes with the package, or a YAML file.
        changes: values by dotted key, such as {"loss.temperature": 0.1}; they win over everything.
        size: which of the file's sizes to take instead of the one it names.

    Raises:
        NotFound: SYSTEM_NOT_FOUND.
        InvalidRequest: SYSTEM_CONFIG, naming the key.
    """
    content = _read(_find(name))
    sizes, default = content.pop("sizes", {}), content.pop("size", None)
    chosen = size or default
    if chosen is not None:
        if chosen not in sizes:
            raise InvalidRequest(
                f"The system '{name}' has no size '{chosen}'.",
                reason="SYSTEM_CONFIG",
                hint=f"It has: {', '.join(sizes) or 'none'}.",
            )
        content = _merged(content, sizes[chosen])
    for key, value in (changes or {}).items():
        *outer, last = key.split(".")
        nested: dict[str, Any] = {last: value}
        for part in reversed(outer):
            nested = {part: nested}
        content = _merged(content, nested)
    try:
        return SystemConfig.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(
            f"The system '{name}' is wrong{f' at {where}' if where else ''}: {first['msg']}.",
            reason="SYSTEM_CONFIG",
            hint="docs/guides/train-on-your-own-pairs.md lists the keys.",
        ) from error


def parse_changes(words: Sequence[str]) -> dict[str, Any]:
    """Read ``key=value`` words as a command line gives them; values are YAML.

    Raises:
        InvalidRequest: SYSTEM_CONFIG, a word without "=" or a value that is no YAML.
    """
    changes = {}
    for word in words:
        key, equals, value = word.partition("=")
        try:
            changes[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            equals = ""
        if not equals or not key.strip():
            raise InvalidRequest(
                f"'{word}' is not key=value.",
                reason="SYSTEM_CONFIG",
                hint="Write for example --set loss.temperature=0.1.",
            )
    return changes


def write_system(config: SystemConfig) -> str:
    """Return a configuration as YAML that ``load_system`` reads back to the same."""
    text: str = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)
    return text


def _find(name: str | Path) -> Path:
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        if path.is_file():
            return path
    elif str(name) in known_systems():
        return Path(str(resources.files("temptrack_train") / "configs" / f"{name}.yaml"))
    raise NotFound(
        f"There is no system '{name}'.",
        reason="SYSTEM_NOT_FOUND",
        hint=f"Name a YAML file, or one of: {', '.join(known_systems())}.",
    )


def _read(path: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"'{path}' is not YAML: {str(error).splitlines()[0]}.",
            reason="SYSTEM_CONFIG",
            hint="Mend the file.",
        ) from error
    if not isinstance(content, dict):
        raise InvalidRequest(
            f"'{path}' holds no keys.", reason="SYSTEM_CONFIG", hint="Write at least `name:`."
        )
    base = content.pop("extends", None)
    if base is None:
        return content
    beside = path.parent / str(base)
    found = beside if beside.suffix in {".yaml", ".yml"} and beside.is_file() else _find(str(base))
    if found in seen:
        raise InvalidRequest(
            f"'{path}' extends itself through '{found}'.", reason="SYSTEM_CONFIG", hint="Break the circle."
        )
    return _merged(_read(found, (*seen, path)), content)


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with changes; nested keys are changed one by one, anything else is replaced."""
    result = dict(base)
    for key, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], value) if nested else value
    return result
