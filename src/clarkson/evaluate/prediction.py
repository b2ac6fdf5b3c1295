"""One-step-ahead prediction of the next value, scored on people whom no method was fitted to.

A method sees the results of a person before a draw and the draw's time, and gives a mixture of Gaussians for the
value that the draw will bring, on the scale of ``Series``. All methods are scored at the same draws: every value after
the first of a person in the test half. Intervals resample people, not values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.engine import scores
from clarkson.engine.gaussian import Array
from clarkson.errors import SettingError
from clarkson.evaluate.detection import LEVEL, RESAMPLES, SEED, Estimate
from clarkson.evaluate.learn import split
from clarkson.evaluate.peers import PEERS, Peer
from clarkson.evaluate.series import Series, series
from clarkson.evaluate.tails import fit_tails
from clarkson.record.record import Record

Mixtures = tuple[Array, Array, Array]
# From a record and an analyte to weights, means and standard deviations, each (n, k), in step with the record's Series.
Method = Callable[[Record, str], Mixtures]


@dataclass(frozen=True, slots=True)
class Row:
    """How one method predicted ``values`` values of ``people`` people.

    CRPS, log score and the width of the 90 % interval are on the scale of ``Series``, lower is better;
    ``against_best`` is the difference in CRPS to the best peer in percent, None for that peer itself.
    """

    method: str
    people: int
    values: int
    crps: Estimate
    log_score: Estimate
    inside_50: Estimate
    inside_90: Estimate
    width_90: Estimate
    against_best: Estimate | None


def compare(records: Iterable[Record], analyte: str, methods: Mapping[str, Method]) -> tuple[Row, ...]:
    """Rows of the peers, fitted on the training half of the people, then of ``methods``, all scored on the test half.

    Raises
    ------
    SettingError
        A half has no person with two values, or a method left a value without a prediction.

    >>> compare([], "albumin", {})
    Traceback (most recent call last):
    clarkson.errors.SettingError: no training person has two values of the analyte: nothing can be fitted
    """
    people = [(each, series(each, analyte)) for each in records]
    train = [values for record, values in people if split(record.subject) == "train"]
    predicted: dict[str, list[Mixtures]] = {}
    test = [(record, values) for record, values in people if split(record.subject) == "test" and len(values.values) > 1]
    for name, peer in _peers(train).items():
        predicted[name] = [peer(values) for _, values in test]
    peers = tuple(predicted)
    for name, method in methods.items():
        predicted[name] = [method(record, analyte) for record, _ in test]
    if not test:
        raise SettingError("no test person has two values of the analyte: nothing can be scored")
    found = [values for _, values in test]
    return _rows({name: _sums(name, found, each) for name, each in predicted.items()}, peers)


def _peers(train: Sequence[Series]) -> dict[str, Callable[[Series], Mixtures]]:
    """Every peer as it is, and with the tails of its training errors."""
    found: dict[str, Callable[[Series], Mixtures]] = {}
    for name, fit in PEERS.items():
        peer = fit(train)
        found[name] = _gaussian(peer)
        found[f"{name}, heavy tails"] = _with_tails(peer, train)
    return found


def _gaussian(peer: Peer) -> Callable[[Series], Mixtures]:
    def mixtures(values: Series) -> Mixtures:
        means, sds = peer.predict(values)
        return np.ones((len(means), 1)), means[:, None], sds[:, None]

    return mixtures


def _with_tails(peer: Peer, train: Sequence[Series]) -> Callable[[Series], Mixtures]:
    tails = fit_tails(peer, train)
    return lambda values: tails.around(*peer.predict(values))


def _sums(name: str, test: Sequence[Series], predicted: Sequence[Mixtures]) -> Array:
    """Sums (people, 6) over each person's values: count, CRPS, log score, inside 50 and 90 %, width."""
    sums = np.zeros((len(test), 6))
    for person, (each, mixtures) in enumerate(zip(test, predicted, strict=True)):
        if any(len(part) != len(each.values) or not np.isfinite(part[1:]).all() for part in mixtures):
            raise SettingError(f"'{name}' must predict every value of '{each.person}' after the first, and does not")
        weights, means, sds = (part[1:] for part in mixtures)
        observed = each.values[1:]
        below = scores.probability_below(weights, means, sds, observed)
        sums[person] = (
            len(observed),
            scores.crps(weights, means, sds, observed).sum(),
            scores.log_score(weights, means, sds, observed).sum(),
            scores.inside(below, 0.50).sum(),
            scores.inside(below, 0.90).sum(),
            scores.width(weights, means, sds, 0.90).sum(),
        )
    return sums


def _rows(sums: Mapping[str, Array], peers: Sequence[str]) -> tuple[Row, ...]:
    best = min(peers, key=lambda name: float(sums[name][:, 1].sum()))
    people = len(sums[best])
    draws = np.random.default_rng(SEED).multinomial(people, np.full(people, 1.0 / people), RESAMPLES)
    times = np.vstack([np.ones(people), draws])  # how often each person counts: once, then as resampled
    total_of_best = times @ sums[best]
    rows = []
    for name, each in sums.items():
        total = times @ each
        crps, log_score, inside_50, inside_90, width_90 = (_estimate(column / total[:, 0]) for column in total.T[1:])
        against = None if name == best else _estimate(100.0 * (total[:, 1] / total_of_best[:, 1] - 1.0))
        values = int(each[:, 0].sum())
        rows.append(Row(name, people, values, crps, log_score, inside_50, inside_90, width_90, against))
    return tuple(rows)


def _estimate(values: Array) -> Estimate:
    """The first of (1 + resamples,) values, with the interval of the others."""
    low, high = np.quantile(values[1:], ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return Estimate(float(values[0]), float(low), float(high))


def prediction_table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, every figure with its interval.

    >>> prediction_table([]).count("|")
    18
    """
    lines = [
        "| method | n | CRPS | log score (nats) | inside the 50 % interval | inside the 90 % interval "
        "| width of the 90 % interval | CRPS against the best peer |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = (
            row.method,
            str(row.values),
            _cell(row.crps, ".4f"),
            _cell(row.log_score, ".3f"),
            _cell(row.inside_50, ".1%"),
            _cell(row.inside_90, ".1%"),
            _cell(row.width_90, ".3f"),
            "the best peer" if row.against_best is None else _cell(row.against_best, "+.1f", " %"),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(figure: Estimate, form: str, unit: str = "") -> str:
    value, low, high = (format(each, form) for each in (figure.value, figure.low, figure.high))
    return f"{value}{unit} ({low} to {high})"
