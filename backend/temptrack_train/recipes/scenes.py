"""Where people say that music would be used: scene phrases out of captions.

A caption says "This song may be playing in a desert movie scene." The phrase is what follows the words that
announce a use: "a desert movie scene". Its visible part leaves out the medium that everything is shown in:
"desert". Sentences without such words speak about sound and are kept apart, so that what is learned about
scenes is never the sound's own description.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?])\s+")

_ANNOUNCED = re.compile(
    r"""\b(?:
      (?:can|could|may|might|would|will|should)\s+(?:(?:also|well|easily|possibly)\s+)*(?:be|work|fit|suit|feature)
        (?:\s+(?:also|well|perfectly|best|a|good|great|used|played|playing|heard|suitable|fitting|perfect|featured|
                 put|at\s+home|choice|fit))*
      |would\s+(?:hear|play|listen\s+to)|(?:might|may|could|can)\s+hear|to\s+hear
      |perfect|suitable|suited|fitting|good|great|ideal|meant|intended|made|composed|reminiscent|identical
      |similar
      |suits?|fits?|sound[ -]?track|sound\s+score|theme(?:\s+song)?
      |background\s+(?:music|score|track|song|sound)s?
      |film\s+score|jingle|score|used|featured|playing|played|heard
    )\b
    (?:(?:\s+(?:well|very|really|often|a\s+lot|perfectly|somewhere))*
       \s+(?:as|in|at|for|to|during|of|on|with|while|from|over|by|when|where)\b)+""",
    re.IGNORECASE | re.VERBOSE,
)

_USE = re.compile(
    r"""\b(?:movies?|films?|cinema\w*|scenes?|videos?|games?|gaming|adver\w*|commercials?|documentar\w*|shows?|
    part(?:y|ies)|weddings?|clubs?|night\s?clubs?|discos?|church\w*|restaurants?|bars?|pubs?|saloons?|shops?|stores?|
    hotels?|festivals?|concerts?|yoga|spas?|meditat\w*|study\w*|sleep\w*|gyms?|workouts?|lounges?|caf[eé]s?|coffee|
    beach\w*|ceremon\w*|series|montages?|cartoons?|animations?|anime|vlogs?|trailers?|teasers?|dancefloors?|raves?|
    funerals?|parades?|circus\w*|carnivals?|playgrounds?|lullab\w*|bedtime|tv|television|sequences?|journeys?|
    travel\w*|sports?|stadiums?|elevators?|radio|street\w*|school\w*|theat(?:re|er)\w*|musicals?|operas?|
    ball(?:room|et)\w*|rituals?|services?|dinners?|lunch\w*|holidays?|christmas|battle\w*|wars?|chases?|dates?|
    driv\w+|roads?|riding|campfires?|barbecues?|interviews?|tutorials?|podcasts?)\b""",
    re.IGNORECASE | re.VERBOSE,
)

_SOUND = re.compile(
    r"""\b(?:drums?|guitars?|bass|piano|vocals?|singing|singer|synths?|strings?|melody|chords?|percussion|noise|
    quality|hiss|recording|tempo|bpm|notes?|volume|beats?|clap\w*|applause|cheer\w*|talk\w*|speak\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)

_BRANCH = re.compile(
    r"""\s*(?:;|,\s*(?:or|and|as\s+well\s+as|but|especially|particularly|e\.?g\.?|like|such\s+as)\b
    |\bas\s+well\s+as\b|\bespecially\b|\bor\b|\bsuch\s+as\b)\s*""",
    re.IGNORECASE | re.VERBOSE,
)

_MEDIUM = re.compile(
    r"""\b(?:the\s+)?(?:background\s+(?:music|score|song|track)|sound[ -]?tracks?|music|songs?|score|
        theme(?:\s+song)?)(?:\s+(?:of|for|in|to|at))?\b
    |\b(?:movies?|films?|cinema|tv|television|youtube|videos?|video[ -]?games?|games?|shows?|series|scenes?|
        sequences?|documentar(?:y|ies)|commercials?|advertisements?|adverts?|ads?|trailers?|soundtracks?|
        backgrounds?|settings?|types?|kinds?|sorts?)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOSE_START = re.compile(
    r"""^(?:(?:a|an|the|some|any|of|in|at|for|to|on|with|as|like|and|or|it|is|are|has|have|that|during|about|where|
    when|featuring|something|you|would|hear|especially|also|such|similar|genres?|specific)\b[\s,/]*)+""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOSE_END = re.compile(
    r"""(?:[\s,;:/-]|\b(?:a|an|the|of|in|at|for|to|on|with|as|like|and|or|during|about|such|other|type|etc|very|more|
    has|have|that|in\s+order)\b)+$""",
    re.IGNORECASE | re.VERBOSE,
)

_USE_WITHIN = 120
"""A use is named this many characters after it is announced, or it is another matter."""


@dataclass(frozen=True, slots=True)
class Told:
    """A caption taken apart.

    Attributes:
        scenes: phrases that say where the music would be used, in order; often none.
        sound: the sentences about the music itself, joined.
    """

    scenes: Sequence[str]
    sound: str


def take_apart(caption: str) -> Told:
    """Tell scene phrases from what is said about the sound."""
    scenes: list[str] = []
    sound = []
    for sentence in (part.strip() for part in _SENTENCE.split(caption)):
        found = scene_phrases(sentence)
        scenes += found
        if sentence and not found:
            sound.append(sentence)
    return Told(tuple(scenes), " ".join(sound))


def scene_phrases(sentence: str) -> list[str]:
    """Return the uses that a sentence names, one phrase for each; none for a sentence on sound."""
    for announced in _ANNOUNCED.finditer(sentence):
        tail = sentence[announced.end() :].strip().rstrip(".!?\"' )")
        use, sound = _USE.search(tail[:_USE_WITHIN]), _SOUND.search(tail)
        if use and (sound is None or use.start() < sound.start()):
            return [part for part in (piece.strip(" ,") for piece in _BRANCH.split(tail)) if part]
    return []


def visible_part(phrase: str) -> str:
    """Return what a camera could show of a phrase: "" where it names a medium and nothing else."""
    kept = " ".join(_MEDIUM.sub(" ", phrase).split()).strip(" ,.-/")
    return _LOOSE_END.sub("", _LOOSE_START.sub("", kept)).strip(" ,.-/")
