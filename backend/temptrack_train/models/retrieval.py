"""The network: a query of picture and words on one side, music on the other, in one space."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from temptrack.errors import InvalidRequest
from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.models.config import ModelConfig
from temptrack_train.models.fusion import make_fusion
from temptrack_train.models.text_weight import on_path
from temptrack_train.models.towers import Encoded, make_tower


class RetrievalModel(nn.Module):
    """Every system of the method by configuration.

    Without ``words`` in its configuration it is Prétet et al. or MVPt: picture alone makes the query. With
    them it is ViML: a tower for the words and a fusion. ``forward`` is the query graph of a bundle.
    """

    def __init__(
        self, config: ModelConfig, spaces: FeatureSpaces, empty_text: Sequence[float] | None = None
    ) -> None:
        """Build with fresh weights from torch's generator.

        Args:
            config: what it is made of.
            spaces: the lengths of the features it will be given.
            empty_text: features of "", [text_dim]; needed when x_null is ``empty_text``. A checkpoint
                brings its own.
        """
        super().__init__()
        self.config = config
        tower, width = config.tower, config.tower.width
        self.video_tower = make_tower(spaces.video_dim, tower)
        self.music_tower = make_tower(spaces.music_dim, tower)
        self.music_head = nn.Linear(width, config.embed_dim)
        if config.words is None:
            self.video_head = nn.Linear(width, config.embed_dim)
            return
        self.text_tower = make_tower(spaces.text_dim, tower)
        self.fusion = make_fusion(config.words.fusion, tower, config.embed_dim)
        self.no_picture = nn.Parameter(torch.randn(width) * 0.02)
        match config.words.x_null:
            case "learned":
                self.x_null = nn.Parameter(torch.randn(spaces.text_dim) * spaces.text_dim**-0.5)
            case "zero":
                self.register_buffer("x_null", torch.zeros(spaces.text_dim))
            case "empty_text":
                values = torch.zeros(spaces.text_dim) if empty_text is None else torch.tensor(empty_text)
                self.register_buffer("x_null", values.float())

    @property
    def knows_words(self) -> bool:
        """Whether words change a query."""
        return self.config.words is not None

    def encode_picture(self, video: Tensor, mask: Tensor) -> Encoded:
        """Encode segments [batch, segments, video_dim]; ``mask`` is 1 where there is picture.

        A film without any segment becomes the learned state of no picture.
        """
        encoded: Encoded = self.video_tower(video, mask)
        if not self.knows_words:
            return encoded
        there = mask.sum(1, keepdim=True) > 0
        absent = self.no_picture.to(encoded.pooled.dtype).expand_as(encoded.pooled)
        return Encoded(encoded.states, encoded.mask, torch.where(there, encoded.pooled, absent))

    def without_picture(self, like: Encoded) -> Encoded:
        """Return the state of no picture, in the shape of another."""
        absent = self.no_picture.to(like.pooled.dtype).expand_as(like.pooled)
        return Encoded(like.states, torch.zeros_like(like.mask), absent)

    def encode_words(self, text: Tensor) -> Tensor:
        """Encode features of texts [batch, text_dim] to states [batch, width]."""
        encoded: Encoded = self.text_tower(text[:, None], torch.ones_like(text[:, :1]))
        return encoded.pooled

    def without_words(self, count: int) -> Tensor:
        """Return the state of x_null for a number of queries, [count, width]."""
        return self.encode_words(self.x_null[None]).expand(count, -1)

    def fuse(self, picture: Encoded, words: Tensor | None = None) -> Tensor:
        """Return queries, unit rows [batch, embed_dim].

        Args:
            picture: from ``encode_picture`` or ``without_picture``.
            words: from ``encode_words`` or ``without_words``; ignored by systems without words.
        """
        if not self.knows_words:
            return functional.normalize(self.video_head(picture.pooled).float(), dim=1)
        if words is None:
            words = self.without_words(picture.pooled.shape[0])
        return functional.normalize(self.fusion(picture, words).float(), dim=1)

    def embed_music(self, music: Tensor, mask: Tensor) -> Tensor:
        """Embed tracks: windows [batch, windows, music_dim] to unit rows [batch, embed_dim].

        ``mask`` [batch, windows] is 1 where there is a window; at least one must be.
        """
        encoded: Encoded = self.music_tower(music, mask)
        return functional.normalize(self.music_head(encoded.pooled).float(), dim=1)

    def forward(self, video: Tensor, video_mask: Tensor, text: Tensor, text_weight: Tensor) -> Tensor:
        """Embed queries as the bundle's query graph does.

        Args:
            video: [queries, segments, video_dim].
            video_mask: [queries, segments], 1 where there is picture; a row of zeros means no picture.
            text: [queries, text_dim]; its values do not matter where the weight is 0.
            text_weight: [queries], 0 (picture only; x_null stands for the words) to 1 (words only).

        Returns:
            Unit rows [queries, embed_dim].
        """
        picture = self.encode_picture(video, video_mask)
        if self.config.words is None:
            return self.fuse(picture)
        said, absent = self.encode_words(text), self.without_words(text.shape[0])
        words_alone = self.fuse(self.without_picture(picture), said)
        picture_alone, fused = self.fuse(picture, absent), self.fuse(picture, said)
        weight = torch.where(video_mask.sum(1) > 0, text_weight, torch.ones_like(text_weight))
        if self.config.words.weighting == "path":
            return on_path(picture_alone, fused, words_alone, weight)
        with_words = torch.where(weight[:, None] >= 1, words_alone, fused)
        return torch.where(weight[:, None] <= 0, picture_alone, with_words)


def check_spaces(expected: FeatureSpaces, found: FeatureSpaces) -> None:
    """Refuse features of encoders other than those a model was trained on.

    Raises:
        InvalidRequest: FEATURE_SPACE, naming both encoders.
    """
    for field in ("video_encoder_id", "music_encoder_id", "text_encoder_id"):
        ours, theirs = getattr(expected, field), getattr(found, field)
        if ours != theirs:
            raise InvalidRequest(
                f"The model was trained on features of '{ours}'; these are of '{theirs}' ({field}).",
                reason="FEATURE_SPACE",
                hint="Extract the features again with the encoder of the model, or train on these.",
            )
