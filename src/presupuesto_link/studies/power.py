"""What a correlation between so few pairs could have shown: detectable size, power and how many would be needed.

Fisher's transformation, atanh(r), is close to normal with variance 1/(n - 3) when both measures are normal (Fisher 1921).
For ranks with ties it is somewhat optimistic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_LEAST = 4


@dataclass(frozen=True)
class Power:
    """What `n` pairs can tell, in a two-sided test.

    Attributes:
        n: pairs.
        alfa: chance of calling chance an association.
        potencia: chance of seeing the smallest correlation that counts as detectable.
        correlacion_minima: smallest absolute correlation seen with that chance; null below four pairs.
        correlacion_referencia: the correlation the next two are about.
        potencia_referencia: chance of seeing it with `n` pairs; null below four pairs.
        n_necesario: pairs needed to see it with chance `potencia`.
        semiancho_esperado: half the width of the interval of a correlation near zero; null below four pairs.
    """

    n: int
    alfa: float
    potencia: float
    correlacion_minima: float | None
    correlacion_referencia: float
    potencia_referencia: float | None
    n_necesario: int
    semiancho_esperado: float | None


def measure_power(n: int, alpha: float, power: float, reference: float) -> Power:
    """What `n` pairs can tell about a correlation.

    Args:
        n: pairs.
        alpha: level of the two-sided test, 0-1.
        power: chance asked for, 0-1.
        reference: a correlation worth seeing, 0-1.
    """
    enough = n >= _LEAST
    return Power(
        n,
        alpha,
        power,
        detectable_correlation(n, alpha, power) if enough else None,
        reference,
        chance_of_seeing(reference, n, alpha) if enough else None,
        pairs_needed(reference, alpha, power),
        math.tanh(_normal_quantile(1 - alpha / 2) / math.sqrt(n - 3)) if enough else None,
    )


def detectable_correlation(n: int, alpha: float, power: float) -> float:
    """The smallest correlation seen with that chance: tanh((z[1-α/2] + z[power]) / √(n-3))."""
    return math.tanh((_normal_quantile(1 - alpha / 2) + _normal_quantile(power)) / math.sqrt(n - 3))


def chance_of_seeing(correlation: float, n: int, alpha: float) -> float:
    """The power of the two-sided test of no correlation when the true one is `correlation`."""
    away, edge = math.atanh(correlation) * math.sqrt(n - 3), _normal_quantile(1 - alpha / 2)
    return _normal_share(away - edge) + _normal_share(-away - edge)


def pairs_needed(correlation: float, alpha: float, power: float) -> int:
    """How many pairs see that correlation with that chance: ((z[1-α/2] + z[power]) / atanh(r))² + 3, rounded up."""
    reach = (_normal_quantile(1 - alpha / 2) + _normal_quantile(power)) / math.atanh(correlation)
    return math.ceil(reach**2 + 3)


def _normal_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


def _normal_share(value: float) -> float:
    from statistics import NormalDist

    return NormalDist().cdf(value)
