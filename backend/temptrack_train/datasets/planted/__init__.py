"""A generated collection with known causes, for checking claims about methods without any media."""

from temptrack_train.datasets.planted.dataset import PlantedDataset
from temptrack_train.datasets.planted.spec import PlantedSpec
from temptrack_train.datasets.planted.text_encoder import PlantedTextEncoder

__all__ = ["PlantedDataset", "PlantedSpec", "PlantedTextEncoder"]
