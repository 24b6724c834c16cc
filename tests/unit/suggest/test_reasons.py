from dataclasses import replace
from fractions import Fraction

import numpy as np

from support.fake_bundle import FakeBundle
from support.suggesters import LIBRARY, make_picture, make_rows
from temptrack.library.types import SearchHit
from temptrack.model.types import Matrix, Vector
from temptrack.suggest.asking import QueryEmbedder
from temptrack.suggest.prompt import read_prompt
from temptrack.suggest.reasons import MOST_OF_A_KIND, ReasonFinder, content_words
from temptrack.suggest.types import Query, Reason, ReasonKind
from temptrack.suggest.vocabulary import TagVocabulary

BUNDLE = FakeBundle()
EMBEDDER = QueryEmbedder(BUNDLE)
ROWS = make_rows(BUNDLE)
PICTURE = make_picture(BUNDLE, count=4)


def find(query: Query, embedding: Vector, *, row: int = 0, hit: SearchHit | None = None) -> list[Reason]:
    reading = read_prompt(query.prompt, TagVocabulary(BUNDLE.tags)).reading
    asked = EMBEDDER.ask(query, reading, None).embedding
    finder = ReasonFinder(BUNDLE, EMBEDDER, query=query, reading=reading, asked=asked)
    track = ROWS[row].track
    hit = hit or SearchHit(track.id, 0.5, 0.6, 0.4)
    return list(finder.find(track, hit, embedding, None))


def texts(reasons: list[Reason], kind: ReasonKind) -> list[str]:
    return [reason.text for reason in reasons if reason.kind is kind]


def test_a_tag_the_prompt_names_is_evidence_and_one_far_from_it_is_not() -> None:
    reasons = find(Query(library=LIBRARY, prompt="piano"), ROWS[0].sound)
    tags = [tag.name for tag in ROWS[0].track.tags]
    assert tags == ["piano", "happy"]
    found = [reason for reason in reasons if reason.kind is ReasonKind.TAG]
    assert found[0].text == "heard: piano (0.9)"
    assert found[0].score == 0.9
    near = EMBEDDER.phrases(tags) @ EMBEDDER.phrases(["piano"])[0]
    assert near[1] < near[0]
    assert texts(reasons, ReasonKind.TAG) == ["heard: piano (0.9)"]


def test_a_tag_that_only_the_picture_asks_for_says_so() -> None:
    class Watched(FakeBundle):
        """Sees in every picture what "happy" sounds like."""

        def embed_query(self, video: Matrix | None, text: Vector | None, text_weight: float) -> Vector:
            happy = self.encode_text(["happy"])
            return super().embed_query(None if video is None else happy, text, text_weight)

    bundle = Watched()
    embedder = QueryEmbedder(bundle)

    def tags(query: Query) -> list[str]:
        reading = read_prompt(query.prompt, TagVocabulary(bundle.tags)).reading
        asked = embedder.ask(query, reading, None).embedding
        finder = ReasonFinder(bundle, embedder, query=query, reading=reading, asked=asked)
        track = ROWS[0].track
        return texts(
            list(finder.find(track, SearchHit(track.id, 0.5, 0.6, 0.4), asked, None)), ReasonKind.TAG
        )

    assert tags(Query(library=LIBRARY, prompt="piano", picture=PICTURE)) == [
        "heard: piano (0.9)",
        "heard: happy (0.6, for the picture)",
    ]
    assert tags(Query(library=LIBRARY, picture=PICTURE)) == ["heard: happy (0.6)"]
    assert tags(Query(library=LIBRARY, prompt="happy piano", picture=PICTURE)) == [
        "heard: piano (0.9)",
        "heard: happy (0.6)",
    ]


def test_words_count_when_they_are_near_the_sound() -> None:
    wave = EMBEDDER.phrases(["waves"])[0]
    reasons = find(Query(library=LIBRARY, prompt="the waves and thunder"), wave)
    words = [reason for reason in reasons if reason.kind is ReasonKind.PROMPT]
    assert words[0].text == "sounds like your word “waves”"
    assert words[0].score == 1.0
    thunder = float(EMBEDDER.phrases(["thunder"])[0] @ wave)
    usual = float((EMBEDDER.tag_words @ wave).mean())
    assert len(words) == 1 + (thunder > max(usual, 0.0))
    assert not texts(find(Query(library=LIBRARY, prompt="waves"), -wave), ReasonKind.PROMPT)


def test_segments_are_named_by_their_place_on_the_timeline_nearest_first() -> None:
    sound = EMBEDDER.segments(PICTURE)[2]
    reasons = find(Query(library=LIBRARY, picture=PICTURE), sound)
    segments = [reason for reason in reasons if reason.kind is ReasonKind.SEGMENT]
    assert (segments[0].segment_index, segments[0].text) == (2, "suits the picture at 0:20-0:30")
    scores = [reason.score for reason in segments]
    assert scores == sorted(scores, reverse=True)
    assert len(segments) <= MOST_OF_A_KIND


def test_where_words_have_all_the_weight_the_picture_is_no_evidence() -> None:
    query = Query(library=LIBRARY, prompt="waves", picture=PICTURE, text_weight=1.0)
    assert not texts(find(query, EMBEDDER.segments(PICTURE)[0]), ReasonKind.SEGMENT)


def test_a_word_found_in_the_files_own_words_is_quoted_with_its_field() -> None:
    reasons = find(Query(library=LIBRARY, prompt="Mornings on pianos"), ROWS[0].sound)
    assert texts(reasons, ReasonKind.FILE_WORDS) == ["title says “mornings”", "title says “pianos”"]


def test_file_words_near_the_query_are_shown_when_they_carried_it() -> None:
    query = Query(library=LIBRARY, prompt="sunrise")
    carried = SearchHit("track-000", 0.5, 0.1, 0.7)
    (text,) = texts(find(query, ROWS[0].sound, hit=carried), ReasonKind.FILE_WORDS)
    assert text == "its own words: Morning Piano, rock"
    assert not texts(find(query, ROWS[0].sound), ReasonKind.FILE_WORDS)
    blind = replace(query, blind=True)
    assert not texts(find(blind, ROWS[0].sound, hit=carried), ReasonKind.FILE_WORDS)


def test_a_file_without_words_gives_none() -> None:
    query = Query(library=LIBRARY, prompt="morning")
    wordless = SearchHit("track-000", 0.5, 0.5, None)
    assert not texts(find(query, ROWS[0].sound, hit=wordless), ReasonKind.FILE_WORDS)


def test_a_bundle_without_tags_still_gives_other_evidence() -> None:
    bare = FakeBundle()
    bare.tags = ()
    embedder = QueryEmbedder(bare)
    query = Query(library=LIBRARY, prompt="waves")
    reading = read_prompt("waves", TagVocabulary(())).reading
    asked = embedder.ask(query, reading, None).embedding
    finder = ReasonFinder(bare, embedder, query=query, reading=reading, asked=asked)
    reasons = list(finder.find(ROWS[0].track, SearchHit("track-000", 1.0, 1.0, None), asked, None))
    assert [reason.kind for reason in reasons] == [ReasonKind.PROMPT]


def test_content_words_leave_out_what_says_nothing() -> None:
    assert content_words("Some calm, calm music for the sea and R&B") == ("calm", "sea", "r&b")
    assert len(content_words(" ".join(f"word{index}" for index in range(50)))) == 8
    assert content_words("the of and") == ()


def test_scores_are_plain_rounded_numbers() -> None:
    segment = replace(PICTURE[0], duration_s=Fraction(10))
    reasons = find(Query(library=LIBRARY, prompt="waves", picture=(segment,)), ROWS[0].sound)
    assert all(reason.score == round(reason.score, 4) for reason in reasons)
    assert all(np.isfinite(reason.score) for reason in reasons)
