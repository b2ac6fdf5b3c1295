"""Coverage-guided fuzzing of a reader: python tests/fuzz/fuzz_readers.py --format omop --seconds 60 [--keep FOLDER].

Anything but a ClarksonError is a crash, and so is a piece of a data set that is neither used nor listed; atheris writes
the input to ``crash-...``, which is read again if it is named as an argument. Inputs are JSON or CSV and are changed as
a tree, since almost every changed byte of JSON would only be refused as no JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import atheris

# As a script it finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).parents[2]))
with atheris.instrument_imports(include=["clarkson.record", "clarkson.units"]):
    from tests.fuzz.survival import CORPUS, OF_ONE_FILE, survive

from clarkson.errors import ClarksonError
from clarkson.formats import FORMATS

ODD: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        9999,
        1e308,
        -0.0,
        2**63,
        "",
        "x",
        "#",
        "#m",
        "1e9",
        "nan",
        "-inf",
        "<5",
        ">=1,000.5",
        "'",
        '"',
    ),
    *("2024", "9999-12-31", "2187-03-01 08:00:00", "2024-03-31T02:30:00", "2024-03-01T08:00:00+99:00", [], {}, [[]]),
]
LARGEST = 16384


def nodes(body: Any) -> list[tuple[Any, Any]]:
    """Each container with each of its keys."""
    pairs: list[tuple[Any, Any]] = []
    waiting = [body]
    while waiting:
        each = waiting.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        pairs += [(each, key) for key in keys]
        waiting += [each[key] for key in keys]
    return pairs


def changed(data: bytes, largest: int, seed: int, most: int) -> bytes:
    """The input with some parts swapped, repeated or replaced; every eighth time only its bytes are changed."""
    chance = random.Random(seed)
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    pairs = nodes(body)
    if not pairs or chance.random() < 0.125:
        return bytes(atheris.Mutate(data, largest))
    for _ in range(chance.randint(1, most)):
        container, key = chance.choice(pairs)
        other, place = chance.choice(pairs)
        # What was replaced a moment ago may have taken the place with it.
        with contextlib.suppress(KeyError, IndexError):
            match chance.randrange(6):
                case 0:
                    container[key] = chance.choice(ODD)
                case 1:
                    container[key] = json.loads(json.dumps(other[place]))
                case 2 if isinstance(container, list):
                    container.insert(key, json.loads(json.dumps(container[key])))
                case 3 | 4 if isinstance(container[key], str):
                    text = container[key].encode(errors="replace")
                    container[key] = bytes(atheris.Mutate(text, len(text) + 40)).decode("utf-8", errors="replace")
                case 5:
                    del container[key]
                case _:
                    container[key] = chance.choice(ODD)
    written = json.dumps(body).encode()
    return written if len(written) <= largest else data[:largest]


def main() -> None:
    """Fuzz the reader of one format for a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--seed", type=int, default=0, help="the same one, the same inputs; 0: others each time")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that reached something new")
    parser.add_argument("inputs", type=Path, nargs="*", help="only read these")
    asked = parser.parse_args()

    def once(data: bytes) -> None:
        with contextlib.suppress(ClarksonError):
            survive(asked.format, data)

    # Rows are read apart from each other, and opening a data set takes longest: many are changed at once.
    change = partial(changed, most=4 if asked.format in OF_ONE_FILE else 12)
    seeds = CORPUS / asked.format
    for seed in seeds.glob("seed*"):
        survive(asked.format, seed.read_bytes())  # a seed that is refused reaches nothing
    with tempfile.TemporaryDirectory() as found:
        limits = [f"-max_total_time={asked.seconds}", f"-max_len={LARGEST}", "-timeout=10", "-rss_limit_mb=2048"]
        limits.append(f"-seed={asked.seed}")
        places = asked.inputs or [asked.keep or found, seeds]
        atheris.Setup([sys.argv[0], *limits, *map(str, places)], once, custom_mutator=change)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
