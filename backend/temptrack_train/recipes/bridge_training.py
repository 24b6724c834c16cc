"""Training the towers of the language-bridged recipe: scenes and words against what music is known by.

Symmetric InfoNCE (ViML section 3.3) between every kind of query and both things music can be known by: its
aspects as words, and its concepts as a tagger hears them. A query of both picture and words is the mean of
theirs, with text dropout (ViML section 3.3), so that each serves alone.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from temptrack_train.datasets.types import Matrix
from temptrack_train.losses.infonce import Sides, Targets, symmetric_infonce
from temptrack_train.recipes.bridge_texts import BridgeTexts, Phrases
from temptrack_train.recipes.bridge_towers import AnchoredTower, Bridge, HeardTower

HEARD_RIDGE = 100.0
"""Strength of the ridge regression that a music tower starts from."""


@dataclass(frozen=True, slots=True)
class BridgeConfig:
    """How towers are trained; the defaults are what was best on authors left out (docs/adr/0011).

    Attributes:
        epochs: passes over the recordings with scenes.
        scene_batch: recordings with scenes a step.
        word_batch: recordings with words a step.
        learning_rate: highest.
        temperature: of queries against aspects, at the start; it is learned.
        heard_temperature: of queries against what is heard, at the start; it is learned.
        dropout: of every tower.
        noise: length of the noise on centred text features of length 1; closes what is left of the gap
            between a phrase and the picture of it.
        pull: how strongly anchored towers are pulled back to where they started.
        hearing_noise: deviation of a tagger's errors, in deviations of a concept's mentions; where they were
            not measured.
        width: of the music tower's layers.
        text_dropout: chance that a query of scene and words loses its words.
        seed: of everything random.
    """

    epochs: int = 20
    scene_batch: int = 256
    word_batch: int = 512
    learning_rate: float = 1e-3
    temperature: float = 0.05
    heard_temperature: float = 0.1
    dropout: float = 0.2
    noise: float = 0.3
    pull: float = 1e-3
    hearing_noise: float = 1.0
    width: int = 256
    text_dropout: float = 0.5
    seed: int = 0


def train_bridge(
    texts: BridgeTexts,
    chosen: npt.NDArray[np.bool_],
    config: BridgeConfig,
    *,
    noise: Matrix | None = None,
    correlation: Matrix | None = None,
) -> Bridge:
    """Train towers on the chosen recordings.

    Args:
        texts: of all recordings.
        chosen: [recordings], which may be learned from.
        config: how.
        noise: [concepts], deviation of a tagger's errors on each in units of the distance between its score
            where a concept is present and where it is absent. None: ``config.hearing_noise`` for all.
        correlation: [concepts, concepts] of a tagger's scores over real music: its errors go together in the
            same way. None: every concept errs by itself.

    Returns:
        Towers in evaluation mode.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            return _Training(texts, chosen, config, noise, correlation).run()
    finally:
        torch.set_num_threads(threads)


def standard_mentions(heard: Matrix, chosen: npt.NDArray[np.bool_]) -> Matrix:
    """Return mentions as deviations from how often the chosen recordings mention a concept."""
    centred = heard - heard[chosen].mean(axis=0)
    return np.asarray(centred / mention_deviation(heard, chosen), np.float32)


def mention_deviation(heard: Matrix, chosen: npt.NDArray[np.bool_]) -> Matrix:
    """Return the deviation of mentions, [concepts]; what is never mentioned counts as very rare."""
    share = np.clip(heard[chosen].mean(axis=0), 1e-3, 1 - 1e-3)
    return np.asarray(np.sqrt(share * (1 - share)), np.float32)


class _Training:
    def __init__(
        self,
        texts: BridgeTexts,
        chosen: npt.NDArray[np.bool_],
        config: BridgeConfig,
        noise: Matrix | None,
        correlation: Matrix | None,
    ) -> None:
        self.config = config
        self.generator = np.random.default_rng(config.seed)
        self.scenes, self.words = _Owned(texts.scenes.of(chosen)), _Owned(texts.words.of(chosen))
        self.aspects = torch.as_tensor(texts.aspects)
        self.scores = torch.as_tensor(standard_mentions(texts.heard, chosen))
        concepts = self.scores.shape[1]
        deviation = np.full(concepts, config.hearing_noise)
        if noise is not None:
            deviation = noise / mention_deviation(texts.heard, chosen)
        self.deviation = torch.as_tensor(deviation, dtype=torch.float32)
        spread = np.eye(concepts) if correlation is None else np.asarray(correlation, np.float64)
        # Errors that go together, by the square root of how they do.
        values, vectors = np.linalg.eigh(spread)
        self.errors = torch.tensor(vectors * np.sqrt(values.clip(0)) @ vectors.T, dtype=torch.float32)
        self.bridge = self._towers(texts, chosen)
        self.temperatures = nn.ParameterList(
            [torch.tensor(start).log() for start in (config.temperature, config.heard_temperature)]
        )

    def _towers(self, texts: BridgeTexts, chosen: npt.NDArray[np.bool_]) -> Bridge:
        config = self.config
        listed = texts.aspects[chosen]
        spoken = np.concatenate([self.scenes.rows.numpy(), self.words.rows.numpy()])

        def anchored(rows: Matrix) -> AnchoredTower:
            return AnchoredTower(rows.mean(axis=0), config.dropout, config.noise)

        targets = _unit(listed - listed.mean(axis=0))
        noisy = self._heard(torch.as_tensor(np.flatnonzero(chosen))).numpy()
        penalty = HEARD_RIDGE * np.eye(noisy.shape[1])
        start = np.linalg.solve(noisy.T @ noisy + penalty, noisy.T @ targets)
        return Bridge(
            anchored(self.scenes.rows.numpy()),
            anchored(spoken),
            anchored(listed),
            HeardTower(start.astype(np.float32), config.width, config.dropout),
        )

    def run(self) -> Bridge:
        config, bridge = self.config, self.bridge
        steps = max(1, config.epochs * len(self.scenes.owners) // config.scene_batch)
        optimiser = torch.optim.AdamW(
            [*bridge.parameters(), *self.temperatures], lr=config.learning_rate, weight_decay=0.0
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, config.learning_rate, total_steps=steps, pct_start=0.1
        )
        bridge.train()
        for _ in range(steps):
            optimiser.zero_grad(set_to_none=True)
            (self._loss() + config.pull * self._strayed()).backward()
            optimiser.step()
            schedule.step()
        return bridge.eval()

    def _loss(self) -> Tensor:
        config, bridge = self.config, self.bridge
        shown, scenes = self.scenes.draw(config.scene_batch, self.generator)
        said, words = self.words.draw(config.word_batch, self.generator)
        beside = self.words.of(shown, self.generator)
        dropped = torch.as_tensor(self.generator.random(len(shown)) < config.text_dropout)
        picture = bridge.scenes(scenes)
        fused = functional.normalize(picture + bridge.words(beside), dim=-1)
        queries = torch.where(dropped[:, None], picture, fused)
        loss = torch.zeros(())
        for query, owners in ((queries, shown), (bridge.words(words), said)):
            listed, heard = bridge.aspects(self.aspects[owners]), bridge.heard(self._heard(owners))
            loss = loss + self._contrast(query, listed, 0) + self._contrast(query, heard, 1)
            if owners is said:
                loss = loss + self._contrast(listed, heard, 1)
        return loss

    def _contrast(self, queries: Tensor, tracks: Tensor, which: int) -> Tensor:
        targets = Targets.pairs(len(queries), queries.device)
        return symmetric_infonce(Sides.of(queries, tracks), targets, self.temperatures[which].exp())

    def _heard(self, owners: Tensor) -> Tensor:
        shape = (len(owners), self.scores.shape[1])
        noise = torch.as_tensor(self.generator.standard_normal(shape), dtype=torch.float32)
        mixed = self.scores[owners] + self.deviation * (noise @ self.errors)
        # Of deviation 1, as scores over real music are.
        return mixed / (1 + self.deviation.square()).sqrt()

    def _strayed(self) -> Tensor:
        """How far anchored towers are from where they started."""
        anchored = (self.bridge.scenes, self.bridge.words, self.bridge.aspects)
        eye = torch.eye(self.aspects.shape[1])
        return torch.stack([(tower.linear.weight - eye).square().sum() for tower in anchored]).sum()


class _Owned:
    """Texts by recording."""

    def __init__(self, phrases: Phrases) -> None:
        order = np.argsort(phrases.owner, kind="stable")
        self.rows = torch.as_tensor(phrases.rows[order])
        self.owners, starts = np.unique(phrases.owner[order], return_index=True)
        self._starts = np.append(starts, len(order))
        self._place = {int(owner): place for place, owner in enumerate(self.owners)}

    def draw(self, count: int, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Return recordings, each at most once, and a text of each."""
        places = generator.choice(len(self.owners), min(count, len(self.owners)), replace=False)
        return torch.as_tensor(self.owners[places]), self._one_each(places, generator)

    def of(self, owners: Tensor, generator: np.random.Generator) -> Tensor:
        """Return a text of each recording."""
        return self._one_each(np.array([self._place[int(owner)] for owner in owners]), generator)

    def _one_each(self, places: npt.NDArray[np.int64], generator: np.random.Generator) -> Tensor:
        first, after = self._starts[places], self._starts[places + 1]
        return self.rows[torch.as_tensor(generator.integers(first, after))]


def _unit(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True).clip(1e-9), np.float64)
