"""Networks of open_clip as the frame encoder and the text encoder of a bundle.

Mean and deviation of the pixels are folded into the first convolution, so that the graph takes bytes. The
text graph takes as many tokens as a text has: attention is causal, so what follows the end of a text changes
nothing, and 18 tokens cost less than half of 77.
"""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE
from torch import Tensor, nn

from temptrack.model.manifest import FramePreprocessing, TextPreprocessing
from temptrack_train.features.open_clip_shim import import_open_clip

TOKENIZER_FILE = "tokenizer.json"
MERGES = 49_152 - 256 - 2
"""Of the file of merges as many as the vocabulary has room for, beside bytes and two marks."""

START, END = "<start_of_text>", "<end_of_text>"
WORD_END = "</w>"
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
"""How CLIP cuts a text into words before it cuts words into pieces (Radford et al. 2021, its tokenizer)."""


class FrameEncoder(nn.Module):
    """Frames [count, size, size, 3] uint8 RGB to features [count, video_dim]."""

    def __init__(self, visual: Any, mean: Sequence[float], std: Sequence[float]) -> None:
        """Take over an image tower.

        Args:
            visual: a ViT of open_clip, changed in place: it takes bytes afterwards.
            mean: of the pixels of its training, by channel, 0 to 1.
            std: deviation of them, by channel.
        """
        super().__init__()
        self.visual = visual
        fold_pixels(visual.conv1, mean, std)

    def forward(self, frames: Tensor) -> Tensor:
        """Encode."""
        features: Tensor = self.visual(frames.permute(0, 3, 1, 2).to(torch.float32))
        return features


def fold_pixels(convolution: nn.Conv2d, mean: Sequence[float], std: Sequence[float]) -> None:
    """Change a first convolution without padding so that it takes 0 to 255 and still gives the same.

    Raises:
        ValueError: the convolution pads, and zeros would no longer stand for the mean.
    """
    if any(convolution.padding):
        raise ValueError("a convolution that pads its input cannot take over the subtraction of a mean")
    scale = 1 / (255 * torch.tensor(std, dtype=torch.float64))
    shift = -torch.tensor(mean, dtype=torch.float64) / torch.tensor(std, dtype=torch.float64)
    weight = convolution.weight.detach().double()
    bias = torch.einsum("ochw,c->o", weight, shift)
    if convolution.bias is not None:
        bias += convolution.bias.detach().double()
    convolution.weight = nn.Parameter((weight * scale[None, :, None, None]).float())
    convolution.bias = nn.Parameter(bias.float())


class TextEncoder(nn.Module):
    """Token ids and mask [texts, tokens] to features [texts, text_dim]."""

    def __init__(self, model: Any) -> None:
        """Take the text half of a network whose texts end in the highest id of the vocabulary."""
        super().__init__()
        self.words = model.token_embedding
        self.transformer = model.transformer
        self.norm = model.ln_final
        self.register_buffer("positions", model.positional_embedding.detach().clone())
        self.register_buffer("causal", model.attn_mask.detach().clone())
        self.register_buffer("projection", model.text_projection.detach().clone())

    @property
    def dim(self) -> int:
        """Length of the features."""
        return int(self.get_buffer("projection").shape[1])

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Encode; the state above a text's end is the text's."""
        length = input_ids.shape[1]
        states = self.words(input_ids) + self.get_buffer("positions")[:length]
        states = self.norm(self.transformer(states, attn_mask=self.get_buffer("causal")[:length, :length]))
        last = attention_mask.sum(dim=1) - 1
        ends = states.gather(1, last[:, None, None].expand(-1, 1, states.shape[2]))[:, 0]
        features: Tensor = ends @ self.get_buffer("projection")
        return features


def merges_file() -> Path:
    """Return where open_clip carries the merges of CLIP's tokenizer."""
    return Path(import_open_clip().__file__).parent / "bpe_simple_vocab_16e6.txt.gz"


def make_tokenizer(merges: Path) -> Tokenizer:
    """Return CLIP's tokenizer as a file of the tokenizers library can hold it.

    Texts are not repaired first: open_clip also mends wrongly decoded text and HTML entities, which prompts
    do not contain.

    Args:
        merges: ``bpe_simple_vocab_16e6.txt.gz`` as open_clip carries it.
    """
    lines = gzip.decompress(merges.read_bytes()).decode("utf-8").split("\n")
    pairs = [(first, second) for first, second in (line.split() for line in lines[1 : MERGES + 1])]
    letters = _letters()
    pieces = [*letters, *(letter + WORD_END for letter in letters), *("".join(pair) for pair in pairs)]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, START, END])}
    tokenizer = Tokenizer(BPE(vocabulary, pairs, end_of_word_suffix=WORD_END, unk_token=END))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.BPEDecoder(suffix=WORD_END)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(mark, vocabulary[mark]) for mark in (START, END)]
    )
    tokenizer.add_special_tokens([START, END])
    return tokenizer


def _letters() -> list[str]:
    """Return a printable letter for each byte, in the order that numbers them in the vocabulary."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    others = len(set(range(256)) - set(printable))
    return [chr(byte) for byte in printable] + [chr(256 + number) for number in range(others)]


def frame_preprocessing(size_px: int, mean: Sequence[float], std: Sequence[float]) -> FramePreprocessing:
    """Describe what the graph does to pixels, in the units of the manifest."""
    red, green, blue = (255 * value for value in mean)
    wide_red, wide_green, wide_blue = (255 * value for value in std)
    return FramePreprocessing(
        size_px=size_px,
        resize="shorter-side-then-centre-crop",
        interpolation="bicubic",
        colour="rgb",
        mean=(red, green, blue),
        std=(wide_red, wide_green, wide_blue),
    )


def text_preprocessing(context_length: int) -> TextPreprocessing:
    """Describe the tokenizer."""
    return TextPreprocessing(tokenizer=TOKENIZER_FILE, max_tokens=context_length)
