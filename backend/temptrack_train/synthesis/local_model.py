"""Models of Hugging Face that lie in a folder of this machine; nothing is ever downloaded."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Final

from pydantic import JsonValue

from temptrack.errors import Corrupt, NotFound, NotSupported
from temptrack_train.synthesis.prompt import Analogy

_HASHED_ENDINGS: Final = frozenset({".json", ".safetensors", ".bin", ".txt", ".model"})


class ModelFolder:
    """A model and its tokenizer, loaded when first used.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path, kind: str) -> None:
        """Name a folder.

        Args:
            path: where ``save_pretrained`` or a download put the model.
            kind: class of transformers that loads it, such as "AutoModelForCausalLM".

        Raises:
            NotFound: there is no model.
        """
        if not (path / "config.json").is_file():
            raise NotFound(
                f"There is no model in '{path}'.",
                reason="MODEL_NOT_FOUND",
                hint="Name a folder with config.json, weights and tokenizer; nothing is downloaded.",
            )
        self.path, self._kind = path, kind

    @cached_property
    def id(self) -> str:
        """Architecture, and a hash of all files."""
        digest = hashlib.sha256()
        for file in sorted(self.path.iterdir()):
            if file.suffix in _HASHED_ENDINGS:
                digest.update(file.name.encode())
                with file.open("rb") as content:
                    digest.update(hashlib.file_digest(content, "sha256").digest())
        config = json.loads((self.path / "config.json").read_text("utf-8"))
        return f"{config.get('model_type', 'model')}-{digest.hexdigest()[:16]}"

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer."""
        return self._load("AutoTokenizer")

    @cached_property
    def model(self) -> Any:
        """The model, ready to infer, on a GPU where there is one."""
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
        return self._load(self._kind).eval().to(device)

    def encode(self, *texts: str) -> Any:
        """Return texts as tensors on the model's device."""
        return self.tokenizer(*texts, return_tensors="pt", truncation=True).to(self.model.device)

    def _load(self, kind: str) -> Any:
        try:
            import transformers
        except ModuleNotFoundError as error:
            raise NotSupported(
                "Local models need the package 'transformers', which is not installed.",
                reason="MISSING_EXTRA",
                hint="Run: pip install 'temptrack[train]'.",
            ) from error
        # A bar for weights would cut through the bar for texts.
        quieten: Callable[[], None] = transformers.utils.logging.disable_progress_bar
        quieten()
        try:
            return getattr(transformers, kind).from_pretrained(self.path, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise Corrupt(
                f"'{self.path}' does not load as {kind}: {error}",
                reason="MODEL_UNREADABLE",
                hint="Check that weights, configuration and tokenizer belong together.",
            ) from error


class LocalModel:
    """A causal language model on this machine; same seed and machine, same answer."""

    jobs = 1

    def __init__(self, folder: Path, *, temperature: float = 0.7, most_tokens: int = 120) -> None:
        """Name the model.

        Args:
            folder: where it lies.
            temperature: of sampling; 0 always takes the likeliest word.
            most_tokens: where an answer is cut off.

        Raises:
            NotFound: there is no model.
        """
        self._folder = ModelFolder(folder, "AutoModelForCausalLM")
        self._temperature, self._most_tokens = temperature, most_tokens
        # Seeds are the library's own, global state.
        self._seeded = Lock()

    def settings(self) -> Mapping[str, JsonValue]:
        """Return the model and how it is sampled."""
        return {
            "engine": "local",
            "model": self._folder.id,
            "temperature": self._temperature,
            "most_tokens": self._most_tokens,
        }

    def complete(self, question: Analogy, seed: int) -> str:
        """Return what the model says, up to the first empty line."""
        import torch

        asked = self._folder.encode(question.text)
        sampling = (
            {"do_sample": True, "temperature": self._temperature}
            if self._temperature
            else {"do_sample": False}
        )
        with self._seeded, torch.inference_mode():
            torch.manual_seed(seed)
            ids = self._folder.model.generate(
                **asked, **sampling, max_new_tokens=self._most_tokens, pad_token_id=self._pad_id()
            )
        answer = self._folder.tokenizer.decode(
            ids[0, asked["input_ids"].shape[1] :], skip_special_tokens=True
        )
        return str(answer).strip().partition("\n\n")[0]

    def _pad_id(self) -> int | None:
        tokenizer = self._folder.tokenizer
        known: tuple[int | None, int | None] = (tokenizer.pad_token_id, tokenizer.eos_token_id)
        return known[1] if known[0] is None else known[0]
