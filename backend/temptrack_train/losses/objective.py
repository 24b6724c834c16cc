"""A batch to the number that training minimises, and its parts by name."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from temptrack_train.losses.config import LossConfig
from temptrack_train.losses.gather import gathered, process_count
from temptrack_train.losses.infonce import Sides, Targets, distance_to_teacher, symmetric_infonce
from temptrack_train.losses.targets import aware_targets
from temptrack_train.losses.triplet import triplet_loss
from temptrack_train.models.retrieval import RetrievalModel

COLDEST = 0.005
"""A learned temperature stays above this: below it float32 products stop telling neighbours apart."""


@dataclass(frozen=True, slots=True)
class Batch:
    """This process's part of a batch. Masks are float, 1 where there is a row.

    Attributes:
        video: [batch, segments, video_dim].
        video_mask: [batch, segments].
        music: [batch, windows, music_dim].
        music_mask: [batch, windows].
        text: [batch, text_dim]; zeros where an item has no words.
        has_text: [batch] bool.
        words_kept: [batch] bool, False where text dropout struck or there are no words.
        recordings: [batch] int64, equal where two tracks hold the same recording.
        tags: [batch, tag count].
    """

    video: Tensor
    video_mask: Tensor
    music: Tensor
    music_mask: Tensor
    text: Tensor
    has_text: Tensor
    words_kept: Tensor
    recordings: Tensor
    tags: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        moved = {name: getattr(self, name).to(device, non_blocking=True) for name in self.__slots__}
        return Batch(**moved)


class Objective(nn.Module):
    """A model and its losses. The loss is averaged over this process's pairs; negatives come from all."""

    def __init__(self, model: RetrievalModel, config: LossConfig) -> None:
        """Wrap a model, so that a learned temperature is trained and stored with it."""
        super().__init__()
        self.model = model
        self.config = config
        start = torch.tensor(config.temperature).log()
        if config.temperature_learned:
            self.log_temperature = nn.Parameter(start)
        else:
            self.register_buffer("log_temperature", start)

    @property
    def temperature(self) -> Tensor:
        """Tau as it is now."""
        return self.log_temperature.exp().clamp(min=COLDEST)

    def forward(self, batch: Batch) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return the loss, and its parts without gradients by name."""
        tracks = self.model.embed_music(batch.music, batch.music_mask)
        all_tracks = gathered(tracks)
        picture = self.model.encode_picture(batch.video, batch.video_mask)
        targets = aware_targets(self.config.false_negatives, batch.recordings, batch.tags)
        if not self.model.knows_words:
            main = self._main(Sides.of(self.model.fuse(picture), tracks, all_tracks), targets)
            return main, {"main": main.detach()}
        said, absent = self.model.encode_words(batch.text), self.model.without_words(len(batch.text))
        heard = torch.where(batch.words_kept[:, None], said, absent)
        main = self._main(Sides.of(self.model.fuse(picture, heard), tracks, all_tracks), targets)
        parts, config = {"main": main}, self.config
        wants_teacher = config.teacher > 0
        there = gathered(batch.has_text.to(torch.uint8)).bool()
        teacher = self.model.fuse(picture, said).detach() if wants_teacher else None
        if config.video_only or wants_teacher:
            alone = self.model.fuse(picture, absent)
            if config.video_only:
                sides = Sides.of(alone, tracks, all_tracks)
                parts["video_only"] = config.video_only * symmetric_infonce(sides, targets, self.temperature)
            if teacher is not None:
                parts["teacher_video"] = self._teach(alone, teacher, all_tracks, batch.has_text, there)
        if config.text_only or wants_teacher:
            alone = self.model.fuse(self.model.without_picture(picture), said)
            if config.text_only:
                sides = Sides.of(alone, tracks, all_tracks)
                loss = symmetric_infonce(sides, targets, self.temperature, there)
                parts["text_only"] = config.text_only * loss
            if teacher is not None:
                parts["teacher_text"] = self._teach(alone, teacher, all_tracks, batch.has_text, there)
        total = torch.stack(list(parts.values())).sum()
        return total, {name: part.detach() for name, part in parts.items()}

    def _main(self, sides: Sides, targets: Targets) -> Tensor:
        if self.config.kind == "triplet":
            return triplet_loss(sides, self.config.margin, self.config.mining)
        return symmetric_infonce(sides, targets, self.temperature)

    def _teach(
        self, student: Tensor, teacher: Tensor, tracks: Tensor, has_text: Tensor, there: Tensor
    ) -> Tensor:
        rows = distance_to_teacher(student, teacher, tracks, self.temperature.detach())
        return self.config.teacher * (rows * has_text).sum() * process_count() / there.sum().clamp(min=1)
