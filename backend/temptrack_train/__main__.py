"""``python -m temptrack_train``: the command, for torchrun and for machines without scripts on the path."""

from temptrack_train.cli.main import run

run()
