"""The trading signal: what may come in, and what goes out.

Enters: JSON from outside. Leaves: a `Signal` whose numbers make sense together, or pydantic's list of what is wrong.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

# Clocks of senders may be a little ahead of ours.
TOLERATED_FUTURE = timedelta(minutes=5)

Ticker = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{4}\d{1,2}F?$")]
Price = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


class Side(StrEnum):
    """What the signal advises."""

    BUY = "buy"
    SELL = "sell"


class Signal(BaseModel):
    """One signal. Prices are in reais; a buy aims up and stops below, a sell the other way round."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    ticker: Ticker
    side: Side
    entry: Price
    targets: Annotated[tuple[Price, ...], Field(min_length=1, max_length=5)]
    stop: Price
    issued_at: AwareDatetime

    @model_validator(mode="after")
    def _numbers_make_sense(self) -> Self:
        up = self.side is Side.BUY
        if any((target <= self.entry) if up else (target >= self.entry) for target in self.targets):
            raise ValueError(f"every target of a {self.side} must be {'above' if up else 'below'} the entry")
        if (self.stop >= self.entry) if up else (self.stop <= self.entry):
            raise ValueError(f"the stop of a {self.side} must be {'below' if up else 'above'} the entry")
        if list(self.targets) != sorted(set(self.targets), reverse=not up):
            raise ValueError("targets must run away from the entry, each one once")
        if self.issued_at > datetime.now(UTC) + TOLERATED_FUTURE:
            raise ValueError("issued_at is in the future")
        return self

    @property
    def id(self) -> str:
        """The same content has the same id, so that a sender may send again after a time-out."""
        content = self.model_copy(update={"issued_at": self.issued_at.astimezone(UTC)}).model_dump_json()
        return hashlib.sha256(content.encode()).hexdigest()[:32]
