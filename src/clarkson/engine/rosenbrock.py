"""Rodas4: a stiffly accurate Rosenbrock method of order 4 with an embedded one of order 3, for groups of lanes.

Coefficients: Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.10 (code RODAS). In terms of
the transformed stages U:

    [I/(hγ) − J] U_i = f(t + α_i h, y + Σ a_ij U_j) + Σ (c_ij/h) U_j + h d_i ∂f/∂t

One step size is shared by the lanes of a group. The text below is a template: the rows of the workspace are filled in
as constants, see `numba_code`.
"""

from __future__ import annotations

from collections.abc import Mapping

GAMMA = 0.25
ALPHA = (0.0, 0.386, 0.21, 0.63, 1.0, 1.0)
D = (0.25, -0.1043, 0.1035, -0.0362, 0.0, 0.0)
A = (
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0),
)
C = (
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)
DENSE = (
    (10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662),
    (-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872),
)

DECORATOR = '@numba.njit(error_model="numpy", cache=True, nogil=True)'
FAST = '@numba.njit(fastmath={"contract", "arcp", "nsz"}, error_model="numpy", cache=True, nogil=True)'


def _stage(number: int, rows: Mapping[str, int], size: int, lanes: int) -> str:
    """Form the state of a stage, evaluate, and solve for U."""
    n = size * lanes
    y, stage, f, ft = (rows[name] * lanes for name in ("y", "stage", "f", "ft"))
    u = [rows[f"u{k + 1}"] * lanes for k in range(6)]
    lines = []
    if number == 0:
        lines += [f"    for k in range({n}):", f"        w[{f} + k] = w[{rows['f0'] * lanes} + k]"]
    else:
        terms = " + ".join(f"{a!r} * w[{u[k]} + k]" for k, a in enumerate(A[number]))
        lines += [f"    for k in range({n}):", f"        w[{stage} + k] = w[{y} + k] + {terms}"]
        lines.append(f"    rates(w, t + {ALPHA[number]!r} * h)")
    terms = " + ".join(f"{c!r} * w[{u[k]} + k]" for k, c in enumerate(C[number]))
    right = f"w[{f} + k]"
    if terms:
        right += f" + ({terms}) / h"
    if D[number]:
        right += f" + {D[number]!r} * h * w[{ft} + k]"
    lines += [f"    for k in range({n}):", f"        w[{f} + k] = {right}", "    solve(w)"]
    lines += [f"    for k in range({n}):", f"        w[{u[number]} + k] = w[{f} + k]"]
    return "\n".join(lines)


def step_code(rows: Mapping[str, int], size: int, lanes: int) -> str:
    """The text of `step(w, t, h)`: all six stages, from y, f0, ft and the factorised matrix.

    Afterwards `stage` holds the new state without its last correction; the correction, which is also the estimate of
    the error, is u6.
    """
    body = "\n".join(_stage(number, rows, size, lanes) for number in range(6))
    return f"{FAST}\ndef step(w, t, h):\n{body}"


def driver_code(rows: Mapping[str, int], size: int, parameters: int, inputs: int, lanes: int) -> str:
    """The text of `integrate_group`, which takes a group of lanes from the first to the last output time."""
    n = size * lanes
    at = {name: row * lanes for name, row in rows.items()}
    dense = [" + ".join(f"{d!r} * w[{at[f'u{k + 1}']} + k]" for k, d in enumerate(row)) for row in DENSE]
    return f'''{DECORATOR}
def norm(w, scale, tolerance, errors):
    """Error of each lane in units of the tolerance, over all states (root mean square)."""
    for l in range({lanes}):
        errors[l] = 0.0
    for i in range({size}):
        for l in range({lanes}):
            k = i * {lanes} + l
            new = w[{at["stage"]} + k] + w[{at["u6"]} + k]
            size_of = max(abs(w[{at["y"]} + k]), abs(new), scale[k])
            e = w[{at["u6"]} + k] / (tolerance * size_of)
            errors[l] += e * e
    for l in range({lanes}):
        errors[l] = math.sqrt(errors[l] / {size}.0)


{DECORATOR}
def set_inputs(w, l, values):
    for i in range({inputs}):
        w[{at["u"]} + i * {lanes} + l] = values[i]


{DECORATOR}
def copy_lane(w, source, target):
    """A frozen lane computes along with the state of a living one, so that it cannot disturb the group."""
    for i in range({size}):
        w[{at["y"]} + i * {lanes} + target] = w[{at["y"]} + i * {lanes} + source]
    for i in range({parameters}):
        w[{at["p"]} + i * {lanes} + target] = w[{at["p"]} + i * {lanes} + source]
    for i in range({inputs}):
        w[{at["u"]} + i * {lanes} + target] = w[{at["u"]} + i * {lanes} + source]


{DECORATOR}
def integrate_group(
    w, initial, parameters, breaks, values, times, tolerance, first_step, most_steps, scale,
    wanted_states, wanted_inputs, seen, status, failed_at, steps, final, living,
):
    """initial (L, S), parameters (L, P), breaks (L, K), values (L, K + 1, I); seen (T, W, L), final (L, S).

    status: 0 done, 1 not finite, 2 step too small, 3 too many steps.
    """
    lanes = {lanes}
    alive = np.zeros(lanes, dtype=np.bool_)
    segment = np.zeros(lanes, dtype=np.int64)
    errors = np.zeros(lanes)
    taken = 0
    limit = most_steps
    t = times[0]
    end = times[len(times) - 1]
    for l in range(lanes):
        alive[l] = l < living
        failed_at[l] = np.nan
        for i in range({size}):
            w[{at["y"]} + i * lanes + l] = initial[l, i]
        for i in range({parameters}):
            w[{at["p"]} + i * lanes + l] = parameters[l, i]
        while segment[l] < breaks.shape[1] and breaks[l, segment[l]] <= t:
            segment[l] += 1
        set_inputs(w, l, values[l, segment[l]])
    prepare(w)
    for j in range(len(wanted_states)):
        for l in range(lanes):
            seen[0, j, l] = w[{at["y"]} + wanted_states[j] * lanes + l]
    for j in range(len(wanted_inputs)):
        for l in range(lanes):
            seen[0, len(wanted_states) + j, l] = w[{at["u"]} + wanted_inputs[j] * lanes + l]
    following = 1
    h = first_step
    fresh = True
    while t < end:
        if fresh:
            rates_and_jacobian(w, t)
            fresh = False
            dead = False
            for l in range(lanes):
                good = True
                for i in range({size}):
                    k = i * lanes + l
                    good = good and np.isfinite(w[{at["f0"]} + k]) and np.isfinite(w[{at["y"]} + k])
                if not good and alive[l]:
                    status[l] = 1
                    failed_at[l] = t
                    alive[l] = False
                    for i in range({size}):
                        final[l, i] = w[{at["y"]} + i * lanes + l]
                dead = dead or not good
            source = -1
            for l in range(lanes):
                if alive[l]:
                    source = l
                    break
            if source < 0:
                break
            if dead:
                for l in range(lanes):
                    if not alive[l]:
                        copy_lane(w, source, l)
                prepare(w)
                rates_and_jacobian(w, t)
        stop = end
        for l in range(lanes):
            if alive[l] and segment[l] < breaks.shape[1] and breaks[l, segment[l]] < stop:
                stop = breaks[l, segment[l]]
        clipped = h >= stop - t
        tried = stop - t if clipped else h
        if not clipped and tried > 0.5 * (stop - t):
            tried = 0.5 * (stop - t)
        factorise(w, 1.0 / ({GAMMA} * tried))
        step(w, t, tried)
        norm(w, scale, tolerance, errors)
        worst = 0.0
        finite = True
        worst_lane = 0
        for l in range(lanes):
            if alive[l]:
                if not np.isfinite(errors[l]):
                    finite = False
                    worst_lane = l
                elif errors[l] > worst:
                    worst = errors[l]
                    if finite:
                        worst_lane = l
        taken += 1
        if not finite or worst > 1.0:
            h = tried * max(0.2, 0.9 * worst ** -0.25) if finite else 0.1 * tried
        if taken > limit or ((not finite or worst > 1.0) and h < 1e-7):
            # The lane that holds the others up is frozen; they go on from here.
            status[worst_lane] = 3 if taken > limit else 2
            failed_at[worst_lane] = t
            alive[worst_lane] = False
            for i in range({size}):
                final[worst_lane, i] = w[{at["y"]} + i * lanes + worst_lane]
            source = -1
            for l in range(lanes):
                if alive[l]:
                    source = l
                    break
            if source < 0:
                break
            copy_lane(w, source, worst_lane)
            prepare(w)
            fresh = True
            h = first_step
            limit = taken + most_steps
            continue
        if not finite or worst > 1.0:
            continue
        new_t = stop if clipped else t + tried
        # Cubic through the stages at the output times that the step passed.
        if following < len(times) and times[following] <= new_t:
            for k in range({n}):
                w[{at["f"]} + k] = {dense[0]}
                w[{at["ft"]} + k] = {dense[1]}
            while following < len(times) and times[following] <= new_t:
                s = (times[following] - t) / tried
                for j in range(len(wanted_states)):
                    row = wanted_states[j] * lanes
                    for l in range(lanes):
                        k = row + l
                        old = w[{at["y"]} + k]
                        new = w[{at["stage"]} + k] + w[{at["u6"]} + k]
                        seen[following, j, l] = old * (1.0 - s) + s * (
                            new + (1.0 - s) * (w[{at["f"]} + k] + s * w[{at["ft"]} + k])
                        )
                for j in range(len(wanted_inputs)):
                    for l in range(lanes):
                        seen[following, len(wanted_states) + j, l] = w[{at["u"]} + wanted_inputs[j] * lanes + l]
                following += 1
        for k in range({n}):
            w[{at["y"]} + k] = w[{at["stage"]} + k] + w[{at["u6"]} + k]
        t = new_t
        fresh = True
        grown = min(5.0, 0.9 * max(worst, 1e-8) ** -0.25)
        h = tried * grown if not clipped else max(h, tried * grown)
        changed = False
        for l in range(lanes):
            while alive[l] and segment[l] < breaks.shape[1] and breaks[l, segment[l]] <= t:
                segment[l] += 1
                set_inputs(w, l, values[l, segment[l]])
                changed = True
        if changed:
            prepare(w)
            h = min(h, first_step)
    for l in range(living):
        steps[l] = taken
        if alive[l]:
            status[l] = 0
            for i in range({size}):
                final[l, i] = w[{at["y"]} + i * lanes + l]
'''
