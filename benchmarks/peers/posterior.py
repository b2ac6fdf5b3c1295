"""numpyro's NUTS and blackjax's tempered SMC on a posterior of the twin."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.unknowns import Problem, log_student, slopes

Floats: TypeAlias = NDArray[np.float64]

CHAINS, WARM_UP, LOOKED_EVERY = 4, 150, 25
PARTICLES, MOVES, KEPT = 1024, 20, 0.5
"""Of tempered SMC: particles, moves at each temperature, and the share that stays effective from one to the next."""

LONGEST_STEP = 2.38
"""Over the root of the dimension: the best step of a random walk (Roberts, Gelman and Gilks, Ann Appl Probab 1997)."""


@dataclass(frozen=True)
class Peer:
    """Points (n, d) with weights (n,) that sum to one; effective draws of every unknown (d,); seconds, of which
    ``sampling`` grow with the draws that are wanted; ``finished``: whether it came to its end within patience."""

    points: Floats
    weights: Floats
    effective: Floats
    seconds: float
    sampling: float
    finished: bool
    words: str

    def seconds_for(self, wanted: float) -> float:
        """Seconds until the middle one of the unknowns has so many effective draws, in proportion."""
        return self.seconds - self.sampling + self.sampling * wanted / float(np.median(self.effective))


def with_slope(problem: Problem) -> Callable[[Any], tuple[Floats, Floats]]:
    """Minus the log density (n,) at points (n, d), and its slope (n, d), from one call of the body.

    The slope is of differences. A leapfrog with an inexact slope still goes back as it came and keeps volumes, so NUTS
    stays exact; and value and slope come of the same steps of the solver, so that the value is smooth.
    """

    def found(points: Any) -> tuple[Floats, Floats]:
        each = np.asarray(points, dtype=float).reshape(-1, problem.size)
        residuals, slope = slopes(problem, each)
        pull = (problem.freedom + 1.0) * residuals / (problem.freedom + np.square(residuals))
        value = -log_student(residuals, problem.freedom) + 0.5 * np.square(each).sum(axis=1)
        downhill = np.einsum("nmd,nm->nd", slope, pull) + each
        shape = np.shape(points)
        return value.reshape(shape[:-1]), np.nan_to_num(downhill).reshape(shape)

    return found


def numpyro_nuts(problem: Problem, patience: float, wanted: int) -> Peer:
    """Chains side by side, which costs less than one after the other, from the middle of the prior."""
    import jax
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
    from numpyro.infer import NUTS

    computed = with_slope(problem)
    calls = [0]

    def counted(points: Any) -> tuple[Floats, Floats]:
        calls[0] += 1
        return computed(points)

    def called(point: Any) -> Any:
        shapes = (jax.ShapeDtypeStruct((), float), jax.ShapeDtypeStruct((problem.size,), float))
        return jax.pure_callback(counted, shapes, point, vmap_method="expand_dims")

    potential = jax.custom_vjp(lambda point: called(point)[0])
    potential.defvjp(called, lambda slope, by: (by * slope,))
    kernel = NUTS(potential_fn=potential, dense_mass=True)
    random = np.random.default_rng(0)
    begins = 0.1 * random.standard_normal((CHAINS, problem.size))
    state = kernel.init(jax.random.split(jax.random.PRNGKey(0), CHAINS), WARM_UP, begins, (), {})
    step = jax.jit(lambda each: kernel.sample(each, (), {})).lower(state).compile()
    calls[0] = 0
    kept: list[Floats] = []
    effective = np.zeros(problem.size)
    started = time.perf_counter()
    warm = started
    while time.perf_counter() - started < patience:
        state = jax.block_until_ready(step(state))
        if int(np.max(state.i)) == WARM_UP:
            warm = time.perf_counter()
        elif int(np.max(state.i)) > WARM_UP:
            kept.append(np.asarray(state.z))
        if kept and len(kept) % LOOKED_EVERY == 0:
            effective = effective_sample_size(np.stack(kept, axis=1))
            if np.median(effective) >= wanted:
                break
    ended = time.perf_counter()
    if len(kept) < LOOKED_EVERY:
        raise TimeoutError(f"numpyro's NUTS was not warm after {ended - started:.0f} s and {calls[0]} slopes")
    drawn = np.stack(kept, axis=1)
    effective = effective_sample_size(drawn)
    rhat = float(np.max(split_gelman_rubin(drawn)))
    words = (
        f"{CHAINS} chains, {WARM_UP} steps of warm-up ({warm - started:.0f} s) and {len(kept)} draws each, "
        f"{calls[0]} calls for slopes, largest split R-hat {rhat:.3f}"
    )
    points = drawn.reshape(-1, problem.size)
    even = np.full(len(points), 1.0 / len(points))
    done = bool(np.median(effective) >= wanted)
    return Peer(points, even, effective, ended - started, ended - warm, done, words)


def blackjax_smc(problem: Problem, patience: float, _: int) -> Peer:
    """From the prior by temperatures that are chosen as it goes; random walks as wide as the particles."""
    import blackjax
    import jax
    import jax.numpy as jnp
    from blackjax.mcmc import random_walk
    from blackjax.smc import extend_params, resampling

    def computed(points: Any) -> Floats:
        each = np.asarray(points, dtype=float)
        return problem.log_likelihood(each.reshape(-1, problem.size)).reshape(each.shape[:-1])

    def log_likelihood(point: Any) -> Any:
        return jax.pure_callback(computed, jax.ShapeDtypeStruct((), float), point, vmap_method="expand_dims")

    def log_prior(point: Any) -> Any:
        return -0.5 * jnp.sum(jnp.square(point))

    def move(key: Any, state: Any, log_density: Any, factor: Any) -> Any:
        walk = random_walk.build_additive_step()
        return walk(key, state, log_density, lambda each, _: factor @ jax.random.normal(each, (problem.size,)))

    def width(_key: Any, state: Any, _info: Any) -> Any:
        mean = state.weights @ state.particles
        apart = state.particles - mean
        covariance = (apart.T * state.weights) @ apart + 1e-9 * jnp.eye(problem.size)
        return extend_params({"factor": LONGEST_STEP / problem.size**0.5 * jnp.linalg.cholesky(covariance)})

    wide = {"factor": LONGEST_STEP / problem.size**0.5 * jnp.eye(problem.size)}
    smc = blackjax.inner_kernel_tuning(
        smc_algorithm=blackjax.adaptive_tempered_smc,
        logprior_fn=log_prior,
        loglikelihood_fn=log_likelihood,
        mcmc_step_fn=move,
        mcmc_init_fn=random_walk.init,
        resampling_fn=resampling.systematic,
        mcmc_parameter_update_fn=width,
        initial_parameter_value=extend_params(wide),
        num_mcmc_steps=MOVES,
        target_ess=KEPT,
    )
    keys = iter(jax.random.split(jax.random.PRNGKey(0), 200))
    state = smc.init(jax.random.normal(next(keys), (PARTICLES, problem.size)))
    step = jax.jit(smc.step).lower(next(keys), state).compile()
    family = np.arange(PARTICLES)
    temperatures = 0
    started = time.perf_counter()
    while float(state.sampler_state.tempering_param) < 1.0 and time.perf_counter() - started < patience:
        state, info = jax.block_until_ready(step(next(keys), state))
        family = family[np.asarray(info.ancestors)]
        temperatures += 1
    seconds = time.perf_counter() - started
    reached = float(state.sampler_state.tempering_param)
    if reached < 1.0:
        raise TimeoutError(f"blackjax's tempered SMC came to a power of {reached:.2g} of 1 after {seconds:.0f} s")
    points, weights = np.asarray(state.sampler_state.particles), np.asarray(state.sampler_state.weights)
    effective = by_family(points, weights, family)
    words = f"{PARTICLES} particles, {temperatures} temperatures of {MOVES} moves, {len(np.unique(family))} families"
    return Peer(points, weights, effective, seconds, seconds, True, words)


def by_family(points: Floats, weights: Floats, family: NDArray[np.int64]) -> Floats:
    """Effective draws (d,) of weighted particles (n, d), by the variance between those of one first ancestor (n,)
    (Chan and Lai, Ann Stat 2013)."""
    apart = points - weights @ points
    share = np.zeros_like(points)
    np.add.at(share, family, weights[:, None] * apart)
    effective: Floats = (weights @ np.square(apart)) / np.square(share).sum(axis=0)
    return effective


def agreement(points: Floats, other: Floats, weights: Floats) -> dict[str, float]:
    """How far means are apart, in standard deviations, and the ratios of standard deviations: draws over the other."""
    mean = weights @ other
    sd = np.sqrt(weights @ np.square(other - mean))
    shift = np.abs(points.mean(axis=0) - mean) / sd
    ratio = points.std(axis=0) / sd
    figures = {
        "mean_shift_max": shift.max(),
        "mean_shift_median": np.median(shift),
        "sd_ratio_min": ratio.min(),
        "sd_ratio_max": ratio.max(),
    }
    return {name: round(float(value), 2) for name, value in figures.items()}
