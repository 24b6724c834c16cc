"""What lite-1 hears by: descriptors of sound, detectors, calibrated posteriors."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from temptrack_export import heads
from temptrack_export.concepts import mentions
from temptrack_export.descriptors import NAMES, Descriptors
from temptrack_export.heads import HEADS, Facts
from temptrack_export.heard import HEARD, HeardTags, read_hearing
from temptrack_export.listening import FEATURE_NAMES
from temptrack_export.musicnn import RATE_HZ, WINDOW_SAMPLES, LogMel
from temptrack_export.scores import Event, Piece

TIMES_S = np.arange(WINDOW_SAMPLES) / RATE_HZ
Sound = npt.NDArray[np.float64]


def tone(midi: float) -> Sound:
    hz = 440 * 2 ** ((midi - 69) / 12)
    return np.asarray(sum(np.sin(2 * np.pi * hz * part * TIMES_S) / part for part in (1, 2, 3)), np.float64)


def chord(*notes: int) -> Sound:
    return np.asarray(0.1 * sum(tone(note) for note in notes), np.float64)


def clicks(bpm: float) -> Sound:
    phase_s = TIMES_S % (60 / bpm)
    return np.asarray(np.sin(2 * np.pi * 900 * TIMES_S) * np.exp(-phase_s * 60) * 0.5, np.float64)


@pytest.fixture(scope="module", name="describe")
def make_describe() -> "Describe":
    return Describe()


class Describe:
    def __init__(self) -> None:
        self._mel, self._descriptors = LogMel().eval(), Descriptors().eval()

    def __call__(self, sound: Sound) -> Mapping[str, float]:
        window = torch.tensor(sound[None], dtype=torch.float32)
        with torch.no_grad():
            row: Tensor = self._descriptors(window, self._mel(window[:, 128:]))[0]
        return dict(zip(NAMES, row.tolist(), strict=True))


@pytest.mark.parametrize("tonic", [48, 57])
def test_major_and_minor_are_told_apart_in_every_key(describe: Describe, tonic: int) -> None:
    steps = (0, 4, 7, 5, 9, 12, 7, 11, 14)
    major = describe(chord(*(tonic + step for step in steps)))
    minor = describe(chord(*(tonic + {4: 3, 9: 8, 11: 10}.get(step, step) for step in steps)))
    assert major["mode"] > minor["mode"]


def test_a_cluster_rubs_more_than_a_triad(describe: Describe) -> None:
    triad, cluster = describe(chord(60, 64, 67)), describe(chord(60, 61, 62, 66))
    assert cluster["interval_1"] > triad["interval_1"]
    assert triad["key_clarity"] > cluster["key_clarity"]


def test_a_pulse_is_found_where_it_lies(describe: Describe) -> None:
    slow, fast = describe(clicks(60)), describe(clicks(180))
    assert fast["pulse_0"] > slow["pulse_0"]
    assert slow["pulse_6"] > slow["pulse_1"]
    assert fast["onsets"] > slow["onsets"]


def test_silence_and_full_scale_noise_give_numbers(describe: Describe) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, WINDOW_SAMPLES)
    for sound in (np.zeros(WINDOW_SAMPLES), noise, np.ones(WINDOW_SAMPLES)):
        assert np.isfinite(list(describe(sound).values())).all()


def piece(*notes: tuple[float, float, int, int], programs: Mapping[int, int]) -> Piece:
    events = [Event(-1.0, channel, "program", number, 0) for channel, number in programs.items()]
    for start_s, stop_s, channel, note in notes:
        events += [Event(start_s, channel, "on", note, 100), Event(stop_s, channel, "off", note, 0)]
    ordered = sorted(events, key=lambda event: (event.at_s, event.kind == "on"))
    return Piece(ordered, "own/texture", "minor")


def test_facts_count_only_what_sounds_in_the_part() -> None:
    heard = piece((0, 2, 0, 60), (2, 4, 1, 64), (2, 3, 9, 36), programs={0: 0, 1: 46}).facts(2, 4)
    assert heard.programs == {46: 1.0}
    assert (heard.kit, heard.percussion) == (1.0, 0.0)


def asked(facts: Facts) -> dict[str, float]:
    return dict(zip(HEADS, heads.answers([facts])[0].tolist(), strict=True))


def test_detectors_are_taught_what_the_score_says() -> None:
    said = asked(piece((0, 4, 0, 48), (0, 4, 1, 52), programs={0: 0, 1: 46}).facts(0, 4))
    assert (said["piano"], said["harp"], said["organ"], said["drums"]) == (1, 1, 0, 0)
    assert (said["minor"], said["major"], said["dissonant"]) == (1, 0, 0)
    quiet_piano = Facts("own/texture", None, {0: 0.05, 48: 0.95}, 0, 0)
    doubtful = asked(quiet_piano)
    assert np.isnan([doubtful["piano"], doubtful["minor"]]).all()


def test_concepts_and_model_file_belong_together() -> None:
    hearing = read_hearing()
    assert hearing.matrix.shape == (len(FEATURE_NAMES), len(HEARD))
    assert ((hearing.threshold > 0) & (hearing.threshold < 1)).all()
    assert (hearing.slope > 0).all()
    known = {name for concept in HEARD for name in concept.heads}
    assert known <= set(HEADS)
    assert len({concept.name for concept in HEARD}) == len(HEARD)


def test_posteriors_cross_one_half_where_the_model_says() -> None:
    hearing = read_hearing()
    tags, place = HeardTags(hearing), [concept.name for concept in HEARD].index("piano")
    column = hearing.matrix[:, place]
    at_middle = (hearing.middle[place] - hearing.offset[place]) * column / (column @ column)
    rows = torch.tensor(np.stack([at_middle, at_middle + 0.1 * column]), dtype=torch.float32)
    half, more = tags(rows)[:, place].tolist()
    assert half == pytest.approx(0.5, abs=1e-3)
    assert more > half


def test_words_find_the_new_concepts() -> None:
    names = [concept.name for concept in HEARD]
    found = mentions(["a scary, dissonant drone", "funny pizzicato strings", "no drums"], HEARD)
    spoken = [{names[column] for column in np.flatnonzero(row)} for row in found]
    assert {"dissonant", "minor key"} & spoken[0]
    assert {"pizzicato", "bouncy", "strings"} <= spoken[1]
    assert "drums" not in spoken[2]


def test_a_detector_finds_what_was_planted_and_ignores_what_it_was_not_told() -> None:
    chance = np.random.default_rng(5)
    rows = chance.standard_normal((400, 20))
    planted = (rows[:, 3] > 1).astype(np.float64)
    half_told = np.where(rows[:, 7] > 0.5, 1.0, np.where(rows[:, 7] < -0.5, 0.0, np.nan))
    weights = heads.fit_heads(rows, np.stack([planted, half_told], axis=1))
    assert np.abs(weights).argmax(axis=0).tolist() == [3, 7]
    with pytest.raises(ValueError, match="too few"):
        heads.fit_heads(rows, np.zeros((400, 1)))
