"""The generated feed: a seeded random walk over some B3 shares.

Enters: a seed and the time of each tick. Leaves: one quote for each share. The same seed gives the same prices, so
that a demonstration can be repeated. The opening prices are invented; nothing here is market data.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import datetime

from b3_market_data.quote import Quote

OPENING_PRICES: Mapping[str, float] = {
    "ABEV3": 12.00,
    "B3SA3": 11.50,
    "BBAS3": 27.00,
    "BBDC4": 14.00,
    "ITUB4": 33.00,
    "MGLU3": 9.00,
    "PETR4": 37.00,
    "PRIO3": 42.00,
    "VALE3": 61.00,
    "WEGE3": 52.00,
}

# Standard deviation of one tick's change, as a share of the price.
VOLATILITY = 0.0008
SMALLEST_PRICE = 0.01
ROUND_LOT = 100


class RandomWalk:
    """Prices that move a little with each tick, each share independently of the others."""

    def __init__(self, seed: int, opening: Mapping[str, float] = OPENING_PRICES) -> None:
        self._prices = dict(opening)
        self._volumes = dict.fromkeys(opening, 0)
        # One source of chance per share: adding a share does not change the prices of the others.
        self._chance = {ticker: random.Random(f"{seed}/{ticker}") for ticker in opening}

    def tick(self, now: datetime) -> list[Quote]:
        """Move every share once and return the quotes."""
        return [self._move(ticker, now) for ticker in self._prices]

    def _move(self, ticker: str, now: datetime) -> Quote:
        chance = self._chance[ticker]
        self._prices[ticker] = max(SMALLEST_PRICE, self._prices[ticker] * math.exp(chance.gauss(0, VOLATILITY)))
        self._volumes[ticker] += ROUND_LOT * chance.randint(0, 50)
        return Quote(ticker, now, round(self._prices[ticker], 2), self._volumes[ticker])
