"""The knobs of the planted world."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class PlantedSpec:
    """How a planted collection is drawn. Equal specs give equal collections, byte for byte.

    The defaults describe a hard but learnable world at a size a processor can train on; they were set by what
    a film and its music plausibly share, and none of them speaks about a model. Every share lies in 0 to 1.

    Attributes:
        train: items of the training split.
        validation: items of the validation split.
        test: items of the test split; 2,000 as in the paper's track level.
        described_train: items of the training split that people described, as in YouTube8M-MusicTextClips;
            every item of the other splits is described.
        segments: rows of picture and of music of an item; 18 are three minutes.
        seed: which items are drawn. Another seed gives other films of the same world.
        world_seed: how the encoders see. Features of different worlds do not mix.
        video_dim: length of a segment's features, as CLIP ViT-B/32.
        music_dim: length of a window's features, as DeepSim.
        text_dim: length of a text's features, as CLIP ViT-B/32.
        bond_dim: numbers that a film and its music share and no word names: era, production, artist's image.
        bond_agreement: correlation between the bond as the film shows it and as the music has it.
        style_in_picture: strength of the film's style in its picture.
        mood_in_picture: strength of the music's mood in the picture; weak on purpose.
        drift: how far the energy moves within a track, in units of the mood plane; picture and music share
            the movement, which only a model that sees the order of segments can use.
        cutaways: share of segments that show something else altogether, as titles and inserts do.
        video_private: strength of what a film shows that its music has nothing to do with.
        video_noise: noise of a segment's features.
        cone: length of the mean that all picture and all text features share, as CLIP's do.
        form: strength in a text's features of how it is said, against what it says; lists of tags and prose
            differ in it.
        music_private: strength of what a track sounds like that nothing else tells.
        music_noise: noise of a window's features.
        hearing_noise: error of the music encoder's idea of a tag; its features and its tagger share it.
        faintness: how far, on average, something true is drowned by the rest; 0 is heard in full.
        tagger_sharpness: slope of the tagger's posteriors.
        near_duplicates: share of items that hold the recording of another item of their split under another
            film, slightly changed.
        omission: chance that a person leaves out something they could have said.
        wrong_word: chance that a person hears an instrument that is not there.
    """

    train: int = 6000
    validation: int = 500
    test: int = 2000
    described_train: int = 1000
    segments: int = 18
    seed: int = 0
    world_seed: int = 0
    video_dim: int = 512
    music_dim: int = 256
    text_dim: int = 512
    bond_dim: int = 16
    bond_agreement: float = 0.6
    style_in_picture: float = 1.0
    mood_in_picture: float = 0.35
    drift: float = 0.5
    cutaways: float = 0.3
    video_private: float = 1.0
    video_noise: float = 1.0
    cone: float = 1.0
    form: float = 0.8
    music_private: float = 0.6
    music_noise: float = 0.6
    hearing_noise: float = 0.4
    faintness: float = 0.35
    tagger_sharpness: float = 2.5
    near_duplicates: float = 0.06
    omission: float = 0.35
    wrong_word: float = 0.05

    @property
    def items(self) -> int:
        """Items of all splits."""
        return self.train + self.validation + self.test

    @property
    def world_id(self) -> str:
        """Short digest of everything but which items are drawn and how many."""
        sizes = {"train", "validation", "test", "described_train", "segments", "seed"}
        world = {name: value for name, value in asdict(self).items() if name not in sizes}
        return hashlib.sha256(json.dumps(world, sort_keys=True).encode()).hexdigest()[:12]
