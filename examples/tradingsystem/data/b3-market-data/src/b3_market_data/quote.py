"""The quote: what the feed makes, the sinks store and the API shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """One price of one share. `price` is in reais, `volume` in shares traded since the feed began."""

    ticker: str
    time: datetime
    price: float
    volume: int

    def as_json(self) -> dict[str, str | float | int]:
        """The form in which the API shows it."""
        return {
            "ticker": self.ticker,
            "time": self.time.isoformat(),
            "price": self.price,
            "currency": "BRL",
            "volume": self.volume,
        }
