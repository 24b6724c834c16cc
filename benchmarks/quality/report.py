"""One result as a page of tables."""

from collections.abc import Mapping
from typing import Any

from benchmarks.quality import picture, pictures, tables, words
from benchmarks.quality.captions import captions_table


def report(figures: Mapping[str, Any]) -> str:
    """Return all tables."""
    found = figures["words"]
    bundles = [*figures["against"], figures["bundle"]["id"]]
    baselines = [words.TAUGHT, words.TAGGER_CENTRED, words.CHANCE]
    columns = [words.blind(one) for one in reversed(bundles)] + [
        # Runs from before a baseline was thought of stay as they were recorded.
        one
        for one in baselines
        if one in found["overall"]["systems"]
    ]
    named = [words.as_files_are(one) for one in reversed(bundles)] + [words.SENTENCES, words.KEYWORDS]
    parts = [
        f"{figures['track_count']} tracks, {found['categories']} categories (left out, with fewer than "
        f"{words.FEWEST_POSITIVES} tracks to find: {', '.join(found['left_out']) or 'none'}), "
        + tables.overall_table(found["overall"]),
        tables.pair_table(found["overall"]),
        "Prompts that share no word with the title, genre, album, comment, folder or file name of any track "
        "that belongs: " + tables.overall_table(found["keyword_proof"]),
        "By sound alone\n\n" + tables.category_table(found["by_category"], columns),
        "As files are\n\n" + tables.category_table(found["by_category"], named),
        "Hubs\n\n" + tables.hub_table(figures["hubs"]),
    ]
    if "captions" in figures:
        parts.append(
            "Captions and scenes by a writer whom no recipe learned from; lite-0 was fitted on them too\n\n"
            + captions_table(figures["captions"])
        )
    if "picture" in figures:
        parts.append(f"Picture alone: {picture.overlap_summary(figures['picture'])}")
    if "pictures" in figures:
        parts.append(pictures.tables(figures["pictures"]))
    return "\n\n".join(parts)
