"""What training minimises, by name. Importing this loads no torch."""

from typing import Literal

from pydantic import Field

from temptrack_train.models.config import Part


class FalseNegativesConfig(Part):
    """What becomes of other tracks of a batch that would suit a query too (ours)."""

    duplicates: Literal["negative", "ignored", "positive"] = Field(
        "negative", description="tracks of the same recording: pushed away, left out, or as right as the pair"
    )
    tag_overlap_from: float | None = Field(
        None, gt=0, le=1, description="Jaccard overlap of tags from which a track is half right; None: never"
    )
    tag_overlap_share: float = Field(
        0.1, gt=0, le=1, description="target of a track whose tags are all the same, with the pair's own at 1"
    )


class LossConfig(Part):
    """The main loss, and our options; each is off by default."""

    kind: Literal["infonce", "triplet"] = "infonce"
    temperature: float = Field(0.03, gt=0, description="tau of InfoNCE; where it starts if it is learned")
    temperature_learned: bool = False
    margin: float = Field(0.2, gt=0, description="of triplets, in cosine")
    mining: Literal["all", "hardest"] = Field("all", description="which negatives of the batch form triplets")
    false_negatives: FalseNegativesConfig = FalseNegativesConfig()
    video_only: float = Field(
        0.0, ge=0, description="weight of the loss of picture alone, whatever was dropped"
    )
    text_only: float = Field(0.0, ge=0, description="weight of the loss of words alone")
    teacher: float = Field(
        0.0, ge=0, description="weight of each lone modality's distance to the fused query"
    )
