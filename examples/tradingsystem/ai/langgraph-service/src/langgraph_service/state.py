"""What flows through the graph."""

from __future__ import annotations

import operator
from typing import Annotated, Literal, TypedDict

Side = Literal["buy", "sell"]
Kind = Literal["momentum", "reversal", "unclear"]
Action = Literal["follow", "reduce", "ignore"]


class SignalState(TypedDict, total=False):
    """The signal comes in; each node adds its part. `recent_prices` are oldest first, in reais."""

    ticker: str
    side: Side
    entry: float
    stop: float
    target: float
    recent_prices: list[float]
    kind: Kind
    trend: float
    context: list[str]
    action: Action
    # Nodes append to it; without the reducer each would replace the reasons of the one before.
    reasons: Annotated[list[str], operator.add]
