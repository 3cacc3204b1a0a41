"""The graph: classify → retrieve → decide, with a short way out for a signal that cannot be judged.

Enters: a signal as `SignalState`. Leaves: the same state with kind, context, action and reasons. Every node is a rule:
the same signal and context always give the same decision.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from langgraph_service.context import ContextSource
from langgraph_service.state import SignalState

# A movement smaller than this share of the price counts as none.
NOISE = 0.002
ENOUGH_PRICES = 3
LEAST_REWARD = 1.5

Part = dict[str, Any]


def build_graph(source: ContextSource) -> CompiledStateGraph:
    """Compile the graph over a source of context."""
    graph = StateGraph(SignalState)
    graph.add_node("classify", classify)
    graph.add_node("retrieve", retrieve_from(source))
    graph.add_node("decide", decide)
    graph.add_node("reject", reject)
    graph.add_edge(START, "classify")
    graph.add_conditional_edges("classify", route)
    graph.add_edge("retrieve", "decide")
    graph.add_edge("decide", END)
    graph.add_edge("reject", END)
    return graph.compile()


def classify(state: SignalState) -> Part:
    """Compare the signal's side with the trend of the recent prices."""
    prices = state["recent_prices"]
    if len(prices) < ENOUGH_PRICES:
        return {"kind": "unclear", "trend": 0.0, "reasons": [f"only {len(prices)} recent prices"]}
    trend = prices[-1] / prices[0] - 1
    if abs(trend) < NOISE:
        return {"kind": "unclear", "trend": trend, "reasons": ["the price does not move"]}
    kind = "momentum" if (trend > 0) == (state["side"] == "buy") else "reversal"
    return {"kind": kind, "trend": trend, "reasons": [f"{kind}: trend {trend:+.2%} against side {state['side']}"]}


def route(state: SignalState) -> Literal["retrieve", "reject"]:
    """A signal whose stop is on the wrong side needs no context."""
    risk, reward = _risk_and_reward(state)
    return "retrieve" if risk > 0 and reward > 0 else "reject"


def retrieve_from(source: ContextSource) -> Callable[[SignalState], Awaitable[Part]]:
    """Make the node that asks this source."""

    async def retrieve(state: SignalState) -> Part:
        query = f"{state['ticker']} {state['kind']} {state['side']}"
        return {"context": await source.find(query, state["kind"])}

    return retrieve


def decide(state: SignalState) -> Part:
    """Weigh reward against risk, more carefully where the signal goes against the trend."""
    risk, reward = _risk_and_reward(state)
    ratio = reward / risk
    reasons = [f"reward is {ratio:.2f} times the risk"]
    if ratio < LEAST_REWARD:
        return {"action": "ignore", "reasons": [*reasons, f"less than {LEAST_REWARD}"]}
    if state["kind"] == "momentum":
        return {"action": "follow", "reasons": reasons}
    return {"action": "reduce", "reasons": [*reasons, "not with the trend: half the size"]}


def reject(state: SignalState) -> Part:
    """End a signal that contradicts itself."""
    return {"action": "ignore", "context": [], "reasons": ["stop or target is on the wrong side of the entry"]}


def _risk_and_reward(state: SignalState) -> tuple[float, float]:
    direction = 1 if state["side"] == "buy" else -1
    return direction * (state["entry"] - state["stop"]), direction * (state["target"] - state["entry"])
