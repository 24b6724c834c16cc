"""Every way into the product that bytes of strangers take, by name."""

from support.fuzzing import files, messages, pictures, timelines, words
from support.fuzzing.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (messages, pictures, timelines, words, files)
    for target in module.TARGETS
}
