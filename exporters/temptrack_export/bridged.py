"""The towers of the language-bridged recipe as graphs of a bundle."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from temptrack_export.craft_tower import CraftTower
from temptrack_export.ears import Front
from temptrack_train.recipes.bridge_towers import AnchoredTower

CRAFT_GAIN = 0.5
"""How much film craft weighs against what is seen. With it, music that fits footage comes before music that
clashes more often than without; photos lose a little: a held picture reads as calm (docs/adr/0012)."""

WORDS_GAIN = 1.4
"""How much words weigh against a picture at equal ``text_weight``. At 1.0 precise prompts beside an unrelated
picture lost more of what they asked for, and vague ones gained hardly more (docs/adr/0011)."""


class PictureTower(nn.Module):
    """Segments [..., frame_dim + craft] to embeddings [..., embed_dim]; what is seen, and its mood by craft.

    Not of length 1: where craft agrees with what is seen the picture speaks louder against the words.
    """

    def __init__(self, seen: AnchoredTower, craft: CraftTower) -> None:
        super().__init__()
        self.seen, self.craft = seen, craft
        self.frame_dim = len(seen.get_buffer("mean"))

    def forward(self, segments: Tensor) -> Tensor:
        """Embed every segment by itself."""
        frames, craft = segments[..., : self.frame_dim], segments[..., self.frame_dim :]
        embedded: Tensor = self.seen(frames) + CRAFT_GAIN * self.craft(craft)
        return embedded


class QueryTower(nn.Module):
    """Picture and words to one embedding: the mean of both, weighted by ``text_weight``.

    Segments are averaged after they are embedded and are not stretched back, so a film of unlike scenes pulls
    less against the words. The weight moves the query along the shorter way from one end to the other, so a
    list moves monotonically from the picture's to the words'.
    """

    def __init__(self, picture: PictureTower, words: AnchoredTower) -> None:
        super().__init__()
        self.picture, self.words = picture, words

    def forward(self, video: Tensor, video_mask: Tensor, text: Tensor, text_weight: Tensor) -> Tensor:
        """Fuse; a mask of zeros or a weight of zero silences its side.

        Args:
            video: [queries, segments, frame_dim + craft].
            video_mask: [queries, segments], 1 where there is picture.
            text: [queries, text_dim].
            text_weight: [queries], 0 to 1.
        """
        present = video_mask.unsqueeze(-1)
        weight = text_weight.unsqueeze(-1)
        shown = (self.picture(video) * present).sum(dim=1) / present.sum(dim=1).clamp(min=1.0)
        return functional.normalize((1 - weight) * shown + weight * WORDS_GAIN * self.words(text), dim=-1)


class MusicTower(nn.Module):
    """Audio features [rows, audio_dim] to embeddings [rows, embed_dim] of length 1, and tags [rows, tags]."""

    def __init__(self, front: Front, heard: nn.Module, tags: nn.Module) -> None:
        """Take the parts."""
        super().__init__()
        self.front, self.heard, self.tags = front, heard, tags

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Measure concepts, embed them, say them."""
        return self.heard(self.front(features)), self.tags(features)


def of_pictures(tower: AnchoredTower, picture_mean: torch.Tensor) -> AnchoredTower:
    """Return a tower of scene phrases for pictures: the same map around the mean of pictures."""
    moved = AnchoredTower(picture_mean.numpy())
    moved.linear.load_state_dict(tower.linear.state_dict())
    return moved.eval()
