"""From a configuration's ``data`` to tensors in memory."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from temptrack.errors import Corrupt, InvalidRequest, NotFound
from temptrack_train.datasets.opening import open_stored
from temptrack_train.datasets.planted import PlantedDataset, PlantedSpec
from temptrack_train.datasets.types import Indices, TextEncoder, TrimodalDataset
from temptrack_train.synthesis.dataset_texts import dataset_texts
from temptrack_train.training.config import DataConfig
from temptrack_train.training.corpus import Corpus
from temptrack_train.training.fit import TrainingData

Texts = Mapping[str, Sequence[str]]
"""Texts by track id; a track that is absent has none."""

_TEXTS_SEED = 0
"""Of recipes: the words stay the same while the seed of training changes."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A dataset with the encoder of its texts."""

    dataset: TrimodalDataset
    encoder: TextEncoder


def open_collection(config: DataConfig) -> Collection:
    """Open what a configuration names.

    Raises:
        InvalidRequest: DATA_OPTIONS, an option the kind does not know.
        TemptrackError: what the kind's reader raises.
    """
    if config.kind != "planted":
        assert config.path is not None
        assert config.features is not None
        from temptrack_train.features.encoders import text_encoder

        encoder = text_encoder(config.text_encoder or "")
        stored = open_stored(config.kind, config.path, config.features, encoder, **config.options)
        return Collection(stored, encoder)
    try:
        planted = PlantedDataset(PlantedSpec(**config.options))
    except TypeError as error:
        raise InvalidRequest(
            f"The options of '{config.kind}' data are wrong: {error}.",
            reason="DATA_OPTIONS",
            hint="See PlantedSpec for the options of planted data.",
        ) from error
    return Collection(planted, planted.text_encoder)


def words_for(config: DataConfig, dataset: TrimodalDataset, items: Indices) -> Texts | None:
    """Return the words that a configuration trains on, or None for the dataset's own.

    Recipes write with the engines that need no model. Texts by larger models are written beforehand by
    ``temptrack-train synthesize`` and read as a file.
    """
    if config.texts == "human":
        return None
    if config.texts == "file":
        assert config.texts_file is not None
        return read_texts_file(config.texts_file)
    return dataset_texts(dataset, config.texts, items=items, seed=_TEXTS_SEED)


def training_data(config: DataConfig, collection: Collection | None = None) -> TrainingData:
    """Read what a system trains on into memory.

    Validation asks with people's descriptions where the split has any, as a person would ask; else with the
    words of training.

    Args:
        config: which data and words.
        collection: already open, to be used again.

    Raises:
        InvalidRequest: the configuration is wrong.
        NotFound: a file is missing.
    """
    opened = collection or open_collection(config)
    dataset, encoder = opened.dataset, opened.encoder
    train, validation = dataset.split("train"), dataset.split("validation")
    described = any(dataset.item(int(index)).texts for index in validation)
    return TrainingData(
        spaces=dataset.spaces,
        train=Corpus.of(dataset, train, encoder, words_for(config, dataset, train)),
        validation=Corpus.of(
            dataset, validation, encoder, None if described else words_for(config, dataset, validation)
        ),
        empty_text=encoder.encode([""])[0].tolist(),
    )


def read_texts_file(path: Path) -> Texts:
    """Read JSON lines with ``track_id`` and ``text``, such as texts.jsonl of ``synthesize``.

    Raises:
        NotFound: TEXTS_NOT_FOUND.
        Corrupt: TEXTS_CORRUPT, naming the line.
    """
    texts: dict[str, list[str]] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise NotFound(
            f"There are no texts in '{path}': {error.strerror}.",
            reason="TEXTS_NOT_FOUND",
            hint="Name a file of JSON lines, such as texts.jsonl of temptrack-train synthesize.",
        ) from None
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            texts.setdefault(str(row["track_id"]), []).append(str(row["text"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Corrupt(
                f"Line {number} of '{path}' is no text of a track.",
                reason="TEXTS_CORRUPT",
                hint='Write {"track_id": ..., "text": ...} on every line.',
            ) from error
    return texts
