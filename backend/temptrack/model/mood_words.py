"""Words of mood with their place on the axes, and words of scenes that say how a picture is lit or cut."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MoodWord:
    """A mood that music and picture share.

    Attributes:
        name: the word shown to editors.
        music: how it is said of music, as the text encoder reads it.
        place: pleasure, arousal, tension and warmth in deviations over real pictures.
        pattern: regular expression of words that name it, matched at word starts in lower case.
    """

    name: str
    music: str
    place: tuple[float, float, float, float]
    pattern: str


MOOD_WORDS = (
    MoodWord("happy", "happy, cheerful, bright, uplifting", (1.2, 0.5, -0.9, 0.3),
             r"happ|cheer|joy|bright|uplift|sunny|optimis|upbeat|feel.?good|celebrat"),
    MoodWord("playful", "playful, funny, quirky, light-hearted", (1.0, 0.9, -0.6, 0.4),
             r"play|fun(?:ny|\b)|quirk|comed|comic|cartoon|silly|whims|humo|bounc|child|kid"),
    MoodWord("energetic", "energetic, fast, driving, exciting", (0.4, 1.6, 0.0, 0.0),
             r"energ|driv|excit|fast|frantic|upbeat|adrenalin|workout|gym|sport|race|racing|danc"),
    MoodWord("aggressive", "aggressive, intense, furious, heavy", (-0.7, 1.7, 1.1, -0.3),
             r"aggress|intens|fur[iy]|ang(?:er|ry)|violen|fight|battle|war\b|heav[iy]|rage"),
    MoodWord("tense", "tense, suspenseful, anxious, thriller", (-0.7, 0.7, 1.2, -0.5),
             r"tens|suspens|anxi|thrill|danger|chase|crime|spy|mystery|unsettl|uneas"),
    MoodWord("dark", "dark, ominous, spooky, sinister", (-1.3, -0.2, 1.4, -0.5),
             r"dark|ominous|spook|sinister|horror|haunt|eerie|scar[ye]|creep|ghost|evil|grim"),
    MoodWord("sad", "sad, melancholic, sorrowful, lonely", (-1.1, -1.0, 0.5, -0.5),
             r"sad|melanchol|sorrow|lonel|grief|mourn|tragic|heartbr|loss|gloom|depress|somb"),
    MoodWord("calm", "calm, peaceful, quiet, relaxing", (0.5, -1.2, -0.9, 0.0),
             r"calm|peace|quiet|relax|serene|tranquil|sooth|meditat|gentle|yoga|spa\b|sleep|rest(?:ful|ing)"),
    MoodWord("tender", "tender, romantic, warm, intimate", (0.6, -0.6, -0.5, 1.2),
             r"tender|romanti|love|warm|intimate|wedding|sweet|heartfelt|sensual|nostalg"),
    MoodWord("dreamy", "dreamy, ethereal, ambient, floating", (0.3, -0.9, -0.2, -0.7),
             r"dream|ethereal|float|atmospher|ambient|space|underwater|surreal|mystic"),
    MoodWord("cold", "cold, bleak, icy, distant", (-0.4, -0.6, 0.4, -1.4),
             r"cold|bleak|ic[ey]\b|icy|distant|winter|frozen|sterile"),
    MoodWord("epic", "epic, grand, heroic, dramatic", (-0.1, 0.9, 0.8, 0.3),
             r"epic|grand|hero|drama|triumph|majest|powerful|trailer|adventur|victor"),
)  # fmt: skip
"""Places follow the circumplex (Russell 1980) with tension beside it; warmth where film craft ties light to a
mood (candle, sunset and skin for tenderness; blue for cold and distance). The amounts are our choice."""

SCENE_CRAFT: dict[str, tuple[str, dict[str, float]]] = {
    "night": (r"night|midnight|moonli|dusk|candle|cave|dungeon|basement",
              {"brightness": -1.2, "dark_share": 1.3}),
    "daylight": (r"day\b|daylight|beach|summer|desert|seaside|outdoor|garden|meadow",
                 {"brightness": 0.7, "dark_share": -0.7}),
    "snow": (r"snow|glacier|arctic|ski(?:ing|\b)",
             {"brightness": 1.1, "bright_share": 1.2, "saturation": -0.6}),
    "sunset": (r"sunset|sunrise|golden hour|campfire|fireplace|autumn", {"warmth": 1.5}),
    "water": (r"ocean|underwater|sea\b|sky\b|rain", {"warmth": -1.0}),
    "colourful": (r"colou?rful|carnival|festival|party|circus|neon|psychedel", {"colourfulness": 1.2}),
    "grey": (r"black.and.white|noir|foggy|fog\b|mist|grey|gray|old film|silent film",
             {"saturation": -1.2, "colourfulness": -1.2}),
    "fast cuts": (r"montage|trailer|action|chase|fast.paced|music video|highlight|advert|commercial",
                  {"cut_share": 1.2, "movement": 0.7}),
    "long takes": (r"slow.?motion|documentar|landscape|interview|time.?lapse|establishing",
                   {"cut_share": -0.7, "movement": -0.6}),
    "movement": (r"race|racing|sport|run(?:ning|\b)|danc|fight|battle|skat|chase|driv(?:e|ing)",
                 {"movement": 1.0}),
}  # fmt: skip
"""What words of scenes say about light and movement: a pattern, and craft values in deviations."""
