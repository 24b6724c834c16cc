"""What the options of `temptrack-train synthesize` stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich import box
from rich.table import Table

from temptrack.errors import InvalidRequest
from temptrack_train.datasets.taxonomy import TAG_THRESHOLD
from temptrack_train.synthesis.figures import Figures
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.prompt2text import LanguageModel
from temptrack_train.synthesis.taggers import Tick
from temptrack_train.synthesis.types import Recipe, RecipeName, Tagger

Inputs = Mapping[str, bytes]
"""Files to store with the texts, by name."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the tags come from.

    Attributes:
        tags: a file of tags.
        music: folders of sound.
        planted: how many tracks of the planted set.
        bundle: whose tagger hears the sound; None takes the usual.
        threshold: of tags, or None for the source's own.
    """

    tags: Path | None
    music: Sequence[Path]
    planted: int | None
    bundle: str | None
    threshold: float | None

    def tagger(self, finder: MentionFinder, tick: Tick) -> Tagger:
        """Return the tagger.

        Raises:
            InvalidRequest: no source is named, or more than one.
            TemptrackError: the source cannot be opened.
        """
        if sum([self.tags is not None, bool(self.music), self.planted is not None]) != 1:
            raise InvalidRequest(
                "Tags come from one place, and here are none or several.",
                reason="TAGS_SOURCE",
                hint="Name one of --tags FILE, --music FOLDER and --planted N.",
            )
        threshold = TAG_THRESHOLD if self.threshold is None else self.threshold
        if self.tags is not None:
            from temptrack_train.synthesis.tag_file import TagFile

            return TagFile(self.tags, finder, threshold=threshold)
        from temptrack_train.synthesis.taggers import BundleTagger, DatasetTagger, music_files

        if self.planted is not None:
            from temptrack_train.datasets.planted.dataset import PlantedDataset
            from temptrack_train.datasets.planted.spec import PlantedSpec

            dataset = PlantedDataset(PlantedSpec())
            items = dataset.split("train")[: self.planted]
            return DatasetTagger(dataset, finder, items=items, threshold=threshold)
        from temptrack.home import DEFAULT_BUNDLE
        from temptrack.model.bundles import load_bundle

        bundle = load_bundle(self.bundle or DEFAULT_BUNDLE)
        return BundleTagger(bundle, music_files(self.music), finder, threshold=self.threshold, tick=tick)


@dataclass(frozen=True, slots=True)
class Writers:
    """The options by which recipes are made; each is one of the command's."""

    descriptions: Path | None
    prompt: Path | None
    endpoint: str | None
    model: str | None
    api: Literal["chat", "completions"]
    temperature: float
    jobs: int
    timeout_s: float
    retries: int
    ordering: Path | None
    aggregation: Path | None
    compression: Path | None

    def recipe(self, name: RecipeName, finder: MentionFinder) -> tuple[Recipe, Inputs]:
        """Return a recipe and the files that shape its texts.

        Raises:
            TemptrackError: a file or model is not there, or not what it should be.
        """
        inputs = {"lexicon.toml": finder.lexicon.content}
        if name == "tags":
            from temptrack_train.synthesis.tags_recipe import TagsRecipe

            return TagsRecipe(), inputs
        if name == "data2text":
            return self._data2text(finder), inputs
        from temptrack_train.synthesis.descriptions import load_descriptions
        from temptrack_train.synthesis.prompt import PromptTemplate
        from temptrack_train.synthesis.prompt2text import PromptToText

        imitated = load_descriptions(finder, self.descriptions)
        inputs["descriptions.csv"] = imitated.content
        model = self._language_model()
        if model is None:
            return PromptToText(imitated, finder.lexicon), inputs
        template = PromptTemplate.load(self.prompt)
        inputs["prompt.toml"] = template.content
        return PromptToText(imitated, finder.lexicon, model=model, template=template), inputs

    def _data2text(self, finder: MentionFinder) -> Recipe:
        from temptrack_train.synthesis import data2text_models as models
        from temptrack_train.synthesis.data2text import DataToText

        return DataToText(
            finder.lexicon,
            ordering=models.ModelOrdering(self.ordering) if self.ordering else None,
            aggregation=models.ModelAggregation(self.aggregation) if self.aggregation else None,
            compression=models.ModelCompression(self.compression) if self.compression else None,
        )

    def _language_model(self) -> LanguageModel | None:
        if self.endpoint is None:
            if self.model is None:
                return None
            from temptrack_train.synthesis.local_model import LocalModel

            return LocalModel(Path(self.model), temperature=self.temperature)
        if self.model is None:
            raise InvalidRequest(
                f"Which model of {self.endpoint} should write?",
                reason="ENDPOINT_MODEL",
                hint="Name it with --model.",
            )
        from temptrack_train.synthesis.endpoint import Endpoint

        return Endpoint(
            self.endpoint,
            self.model,
            api=self.api,
            temperature=self.temperature,
            timeout_s=self.timeout_s,
            retries=self.retries,
            jobs=self.jobs,
        )


def figures_table(figures: Mapping[str, Figures]) -> Table:
    """Return the figures of recipes side by side: the texts kept, and in brackets the first ones tried."""
    table = Table(
        box=box.SIMPLE, caption="(in brackets: the first text of every track, before any was turned down)"
    )
    table.add_column("")
    for name in figures:
        table.add_column(name, justify="right")
    both = {
        "tag recall": ("tag_recall", ".3f"),
        "tag precision": ("tag_precision", ".3f"),
        "distinct-1": ("distinct_1", ".3f"),
        "distinct-2": ("distinct_2", ".3f"),
        "different texts": ("different", ".3f"),
        "words, mean": ("words_mean", ".1f"),
        "words, median": ("words_median", ".1f"),
    }
    table.add_row("tracks", *(str(run.tracks) for run in figures.values()))
    table.add_row("texts", *(f"{run.kept.texts} ({run.first.texts})" for run in figures.values()))
    for label, (field, style) in both.items():
        table.add_row(
            label,
            *(
                f"{getattr(run.kept, field):{style}} ({getattr(run.first, field):{style}})"
                for run in figures.values()
            ),
        )
    faults = sorted({fault for run in figures.values() for fault in run.turned_down})
    for fault in faults:
        table.add_row(
            f"turned down: {fault}", *(str(run.turned_down.get(fault, 0)) for run in figures.values())
        )
    for reason in sorted({reason for run in figures.values() for reason in run.failed}):
        table.add_row(f"no text: {reason}", *(str(run.failed.get(reason, 0)) for run in figures.values()))
    return table
