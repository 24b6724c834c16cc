"""Models of Hugging Face so small that a test can train them, saved as people save theirs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForSequenceClassification,
)

_STEPS = 150
_SIZE: Mapping[str, Any] = {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 128,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
}


def save_copier(folder: Path, pairs: Sequence[tuple[str, str]]) -> Path:
    """Train a sequence-to-sequence model to give each answer to its question, by heart."""
    torch.manual_seed(0)
    tokenizer = _tokenizer([text for pair in pairs for text in pair])
    model = BartForConditionalGeneration(_bart(tokenizer))
    asked = tokenizer([question for question, _ in pairs], return_tensors="pt", padding=True)
    labels = tokenizer([answer for _, answer in pairs], return_tensors="pt", padding=True).input_ids
    labels[labels == tokenizer.pad_token_id] = -100
    _train(model, {**asked, "labels": labels})
    return _save(folder, model, tokenizer)


def save_classifier(folder: Path, pairs: Sequence[tuple[str, str, int]]) -> Path:
    """Train a classifier of pairs of sentences, by heart."""
    torch.manual_seed(0)
    tokenizer = _tokenizer([text for first, second, _ in pairs for text in (first, second)])
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=160,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    model = RobertaForSequenceClassification(config)
    asked = tokenizer(
        [first for first, _, _ in pairs],
        [second for _, second, _ in pairs],
        return_tensors="pt",
        padding=True,
    )
    _train(model, {**asked, "labels": torch.tensor([label for _, _, label in pairs])})
    return _save(folder, model, tokenizer)


def save_parrot(folder: Path, text: str, prompt: str) -> Path:
    """Train a causal model to go on after a prompt with one text, by heart."""
    torch.manual_seed(0)
    tokenizer = _tokenizer([prompt, text], ends=False)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=256,
        n_embd=32,
        n_layer=1,
        n_head=2,
        resid_pdrop=0,
        embd_pdrop=0,
        attn_pdrop=0,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    ids = tokenizer(f"{prompt} {text} </s>", return_tensors="pt").input_ids
    model = GPT2LMHeadModel(config)
    _train(model, {"input_ids": ids, "labels": ids})
    return _save(folder, model, tokenizer)


def _bart(tokenizer: PreTrainedTokenizerFast) -> BartConfig:
    return BartConfig(
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.bos_token_id,
        forced_eos_token_id=None,
        **_SIZE,
    )


def _tokenizer(texts: Sequence[str], *, ends: bool = True) -> PreTrainedTokenizerFast:
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    words = {word for text in texts for word, _ in split.pre_tokenize_str(text)}
    vocabulary = {word: place for place, word in enumerate(["<s>", "</s>", "<pad>", "<unk>", *sorted(words)])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    core.pre_tokenizer = split
    if ends:
        core.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
        )
    # Its constructor carries no annotations.
    make: Callable[..., PreTrainedTokenizerFast] = PreTrainedTokenizerFast
    return make(
        tokenizer_object=core,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=128,
        model_input_names=["input_ids", "attention_mask"],
    )


def _train(model: Any, batch: dict[str, Any]) -> None:
    threads = torch.get_num_threads()
    # Several threads only wait for each other at this size.
    torch.set_num_threads(1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    model.train()
    for _ in range(_STEPS):
        optimiser.zero_grad()
        model(**batch).loss.backward()
        optimiser.step()
    torch.set_num_threads(threads)


def _save(folder: Path, model: Any, tokenizer: PreTrainedTokenizerFast) -> Path:
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
