"""What a network is made of. Importing this loads no torch, so that commands answer `--help` at once."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Part(BaseModel):
    """A section of a system's YAML file: unknown keys are refused, values are fixed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TowerConfig(Part):
    """A branch: features of a sequence to one vector. The same recipe for every modality."""

    kind: Literal["transformer", "mlp"] = Field(
        "transformer",
        description="mlp: the mean over the sequence through two layers, as two-branch networks",
    )
    width: int = Field(256, gt=0, description="length of the vectors inside")
    layers: int = Field(1, ge=1, description="transformer blocks; hidden layers of an mlp")
    heads: int = Field(8, ge=1)
    feedforward: int = Field(4, ge=1, description="width of a block's inner layer, in widths")
    dropout: float = Field(0.1, ge=0, lt=1)
    pooling: Literal["mean", "class_token"] = "mean"
    positions: Literal["none", "sinusoidal"] = Field(
        "none",
        description="sinusoidal only if all films are of one length: others were never seen in training",
    )

    @model_validator(mode="after")
    def _heads_divide_width(self) -> Self:
        if self.width % self.heads or self.width % 2:
            raise ValueError(f"width {self.width} is not even, or not a multiple of {self.heads} heads")
        return self


class FusionConfig(Part):
    """How picture and words become one query."""

    kind: Literal["concat_mlp", "transformer", "gated"] = "concat_mlp"
    layers: int = Field(1, ge=1, description="blocks of a transformer fusion; unused by the others")


class WordsConfig(Part):
    """What a query's words do (ViML section 3.3)."""

    dropout: float = Field(
        0.8, ge=0, le=0.95, description="text dropout: chance that a training pair loses its words"
    )
    x_null: Literal["empty_text", "zero", "learned"] = Field(
        "empty_text", description="x_null, what stands in for absent words: features of '', zeros, or learned"
    )
    fusion: FusionConfig = FusionConfig()
    weighting: Literal["fused", "path"] = Field(
        "fused",
        description="what text_weight does between 0 and 1: nothing (the fused query), or a monotone path",
    )


class ModelConfig(Part):
    """A system: two towers, and with ``words`` a third one and a fusion."""

    embed_dim: int = Field(256, gt=0, description="length of the shared space")
    tower: TowerConfig = TowerConfig()
    words: WordsConfig | None = Field(None, description="None: the system knows no words")
