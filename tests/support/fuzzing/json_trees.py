"""Changes JSON inside an input so that it stays JSON: what is refused at once says little about the rest."""

import copy
import json
import random
from typing import Any

_ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    float("nan"),
    float("inf"),
    -float("inf"),
    2**31,
    2**63,
    2**64,
    "",
    "\0",
    "\ud800",
    "../../x",
    "x" * 300,
    [],
    {},
)
_MOST_CHANGES = 4


def changed(data: bytes, start: int, seed: int) -> bytes:
    """Return an input whose JSON was changed in a few places, or the input itself where it is none.

    Args:
        data: the input.
        start: where its JSON begins; everything before stays.
        seed: decides what is changed.
    """
    rng = random.Random(seed)
    try:
        tree = json.loads(data[start:])
    except (ValueError, RecursionError):
        return data
    for _ in range(rng.randint(1, _MOST_CHANGES)):
        tree = _change(tree, rng)
    return data[:start] + json.dumps(tree).encode()


def _change(tree: Any, rng: random.Random) -> Any:
    places = _places(tree)
    if not places:
        return copy.copy(rng.choice(_ODD))
    holder, key = rng.choice(places)
    other_holder, other_key = rng.choice(places)
    # A copy: a tree that holds itself could not be written.
    other = copy.deepcopy(other_holder[other_key])
    match rng.randrange(6):
        case 0 | 1:
            holder[key] = copy.copy(rng.choice(_ODD))
        case 2:
            holder[key] = other
        case 3:
            del holder[key]
        case 4 if isinstance(holder, list):
            holder.insert(key, other)
        case 4:
            holder[rng.choice(("", str(other_key), "\ud800"))] = other
        case _:
            holder[key] = _nearby(holder[key], rng)
    return tree


def _nearby(value: Any, rng: random.Random) -> Any:
    if isinstance(value, int | float):
        return value * rng.choice((-1, 0, 2, 1.001, 1e9)) + rng.choice((-1, 0, 1))
    if isinstance(value, str):
        at = rng.randint(0, len(value))
        return value[:at] + rng.choice(("9", ".", "\0", "/", "\u00e9", "")) + value[at + rng.randint(0, 3) :]
    return [value]


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    level = [tree]
    while level:
        holder = level.pop()
        if isinstance(holder, dict | list):
            inside = list(holder.items()) if isinstance(holder, dict) else list(enumerate(holder))
            found += [(holder, key) for key, _ in inside]
            level += [value for _, value in inside]
    return found
