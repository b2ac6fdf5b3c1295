"""Colloid osmotic pressure of a mixture of proteins."""

from __future__ import annotations

from clarkson.engine.maths import Value


def oncotic_pressure(albumin: Value, globulin: Value) -> Value:
    """π [mmHg] of albumin and globulin [g/L]: the polynomials of pure albumin and pure globulin at the total
    concentration, weighed by their shares.

        π = A (2.8 + 0.18 c + 0.012 c²) + G (1.6 + 0.15 c + 0.006 c²),   A, G, c = A + G in g/dL

    Source: Landis and Pappenheimer's albumin and globulin polynomials. A formula in total protein alone overstates
    the pressure of plasma with little albumin by about 3.5 mmHg (Barclay, Intensive Care Med 1987).

    >>> round(oncotic_pressure(42.0, 26.0), 1)
    26.8
    """
    a, g = 0.1 * albumin, 0.1 * globulin
    c = a + g
    return a * (2.8 + c * (0.18 + 0.012 * c)) + g * (1.6 + c * (0.15 + 0.006 * c))
