"""`temptrack-train synthesize`: descriptions of music from its tags, by one recipe or several."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from temptrack.cli.choices import FLAG, AsJson

_WHENCE = "Where the tags come from (one of these)"
_STYLE = "prompt2text"
_STEPS = "data2text"
_RULES = "Which texts are kept"


class RecipeChoice(StrEnum):
    """The recipes."""

    TAGS = "tags"
    DATA2TEXT = "data2text"
    PROMPT2TEXT = "prompt2text"


Recipes = Annotated[
    list[RecipeChoice],
    typer.Argument(metavar="RECIPE...", help="tags, data2text, prompt2text: one or more."),
]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="One folder inside for each recipe.")]
TagsPath = Annotated[
    Path | None,
    typer.Option("--tags", metavar="FILE", rich_help_panel=_WHENCE, help="JSONL or CSV: track_id and tags."),
]
Music = Annotated[
    list[Path] | None,
    typer.Option(
        "--music", metavar="FOLDER", rich_help_panel=_WHENCE, help="Files of sound, tagged by a bundle."
    ),
]
Planted = Annotated[
    int | None,
    typer.Option("--planted", metavar="N", rich_help_panel=_WHENCE, help="N tracks of the planted set."),
]
BundleName = Annotated[
    str | None, typer.Option("--bundle", metavar="ID|FOLDER", help="Whose tagger hears --music.")
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        metavar="0..1",
        help="Keep tags surer than this; 0.3 as in the paper, a bundle's own for --music.",
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N tracks.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same texts.")]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", metavar=FLAG, help="Try tracks without a text again.")
]
DescriptionsPath = Annotated[
    Path | None,
    typer.Option(
        "--descriptions",
        metavar="CSV",
        rich_help_panel=_STYLE,
        help="Descriptions by people to imitate, column text, such as YouTube8M-MusicTextClips.",
    ),
]
PromptPath = Annotated[
    Path | None,
    typer.Option("--prompt", metavar="TOML", rich_help_panel=_STYLE, help="Wording of the analogies."),
]
EndpointUrl = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        metavar="URL",
        rich_help_panel=_STYLE,
        help="Ask a model behind an OpenAI-compatible API, such as http://localhost:8000/v1.",
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME|FOLDER",
        rich_help_panel=_STYLE,
        help="Model at the endpoint; without --endpoint, the folder of a Hugging Face model.",
    ),
]
Api = Annotated[
    Literal["chat", "completions"],
    typer.Option("--api", metavar="chat|completions", rich_help_panel=_STYLE, help="How to ask."),
]
Temperature = Annotated[
    float, typer.Option("--temperature", metavar="T", rich_help_panel=_STYLE, min=0, help="Of sampling.")
]
Jobs = Annotated[
    int, typer.Option("--jobs", metavar="N", rich_help_panel=_STYLE, min=1, help="Questions asked at once.")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", rich_help_panel=_STYLE, min=0.001, help="For one question."),
]
Retries = Annotated[
    int, typer.Option("--retries", metavar="N", rich_help_panel=_STYLE, min=0, help="Of a failed question.")
]
OrderingModel = Annotated[
    Path | None,
    typer.Option(
        "--ordering-model",
        metavar="FOLDER",
        rich_help_panel=_STEPS,
        help="Model instead of rules, for order.",
    ),
]
AggregationModel = Annotated[
    Path | None,
    typer.Option(
        "--aggregation-model", metavar="FOLDER", rich_help_panel=_STEPS, help="The same, for what is joined."
    ),
]
CompressionModel = Annotated[
    Path | None,
    typer.Option(
        "--compression-model", metavar="FOLDER", rich_help_panel=_STEPS, help="The same, for sentences."
    ),
]
MinRecall = Annotated[
    float,
    typer.Option(
        "--min-recall",
        metavar="0..1",
        rich_help_panel=_RULES,
        min=0,
        max=1,
        help="Least share of tags that a text says.",
    ),
]
MaxWords = Annotated[
    int, typer.Option("--max-words", metavar="N", rich_help_panel=_RULES, min=1, help="Longest text.")
]
AllowInvented = Annotated[
    bool,
    typer.Option(
        "--allow-invented", metavar=FLAG, rich_help_panel=_RULES, help="Keep texts with tags nobody heard."
    ),
]
AllowDuplicates = Annotated[
    bool,
    typer.Option(
        "--allow-duplicates", metavar=FLAG, rich_help_panel=_RULES, help="Keep texts that another track has."
    ),
]
Attempts = Annotated[
    int,
    typer.Option("--attempts", metavar="N", rich_help_panel=_RULES, min=1, help="Texts tried for a track."),
]


def synthesize(
    recipes: Recipes,
    out: Out,
    tags: TagsPath = None,
    music: Music = None,
    planted: Planted = None,
    bundle: BundleName = None,
    threshold: Threshold = None,
    limit: Limit = None,
    seed: Seed = 0,
    retry_failed: RetryFailed = False,
    as_json: AsJson = False,
    descriptions: DescriptionsPath = None,
    prompt: PromptPath = None,
    endpoint: EndpointUrl = None,
    model: ModelName = None,
    api: Api = "chat",
    temperature: Temperature = 0.7,
    jobs: Jobs = 4,
    timeout_s: Timeout = 60.0,
    retries: Retries = 4,
    ordering_model: OrderingModel = None,
    aggregation_model: AggregationModel = None,
    compression_model: CompressionModel = None,
    min_recall: MinRecall = 0.5,
    max_words: MaxWords = 60,
    allow_invented: AllowInvented = False,
    allow_duplicates: AllowDuplicates = False,
    attempts: Attempts = 3,
) -> None:
    """Write descriptions of music from its tags.

    A run that was stopped goes on where it was when the same command is given again. Every folder holds
    texts.jsonl, failures.jsonl, the files that shaped the texts, figures and a manifest with hashes.
    """
    from temptrack.cli.progress import bar
    from temptrack.cli.screen import answers, notes, print_json
    from temptrack_train.cli.synthesis_parts import Source, Writers, figures_table
    from temptrack_train.synthesis.filters import Rules
    from temptrack_train.synthesis.lexicon import Lexicon
    from temptrack_train.synthesis.mentions import MentionFinder
    from temptrack_train.synthesis.order import Order
    from temptrack_train.synthesis.run import TEXTS, run

    finder = MentionFinder(Lexicon.load())
    writers = Writers(
        descriptions=descriptions,
        prompt=prompt,
        endpoint=endpoint,
        model=model,
        api=api,
        temperature=temperature,
        jobs=jobs,
        timeout_s=timeout_s,
        retries=retries,
        ordering=ordering_model,
        aggregation=aggregation_model,
        compression=compression_model,
    )
    made = [writers.recipe(choice.value, finder) for choice in dict.fromkeys(recipes)]
    with bar("Tagging", unit="tracks", quiet=as_json) as tick:
        source = Source(tags=tags, music=music or [], planted=planted, bundle=bundle, threshold=threshold)
        tagger = source.tagger(finder, tick)
        tagged = tagger.tag().first(limit)
    rules = Rules(
        min_recall=min_recall, max_words=max_words, faithful=not allow_invented, unique=not allow_duplicates
    )
    manifests = {}
    for recipe, inputs in made:
        order = Order(recipe, tagger.id, tagged, finder, rules, seed=seed, attempts=attempts, inputs=inputs)
        with bar(f"Writing {recipe.name}", unit="texts", quiet=as_json) as tick:
            manifests[recipe.name] = run(out / recipe.name, order, retry_failed=retry_failed, tick=tick)
    if as_json:
        print_json({"recipes": {name: manifest.figures.model_dump() for name, manifest in manifests.items()}})
        return
    answers().print(figures_table({name: manifest.figures for name, manifest in manifests.items()}))
    for name, manifest in manifests.items():
        notes().print(f"{manifest.figures.kept.texts} texts in {out / name / TEXTS}", soft_wrap=True)
