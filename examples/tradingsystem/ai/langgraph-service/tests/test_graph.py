import asyncio
import json

import httpx2
import pytest
from langgraph_service.context import HOUSE_RULES, HouseRules, QueryService
from langgraph_service.graph import build_graph

BUY = {"ticker": "PETR4", "side": "buy", "entry": 37.0, "stop": 36.0, "target": 39.0, "reasons": []}
RISING, FALLING = [36.0, 36.5, 37.0], [38.0, 37.5, 37.0]


def run(source=None, **change):
    return asyncio.run(build_graph(source or HouseRules()).ainvoke({**BUY, **change}))


@pytest.mark.parametrize(
    ("change", "kind", "action"),
    [
        ({"recent_prices": RISING}, "momentum", "follow"),
        ({"recent_prices": FALLING}, "reversal", "reduce"),
        ({"recent_prices": [37.0]}, "unclear", "reduce"),
        ({"recent_prices": [37.0, 37.01, 37.0]}, "unclear", "reduce"),
        ({"recent_prices": RISING, "target": 38.0}, "momentum", "ignore"),
        ({"recent_prices": FALLING, "side": "sell", "stop": 38.0, "target": 35.0}, "momentum", "follow"),
        ({"recent_prices": RISING, "side": "sell", "stop": 38.0, "target": 35.0}, "reversal", "reduce"),
    ],
)
def test_decisions(change, kind, action):
    state = run(**change)
    assert (state["kind"], state["action"]) == (kind, action)
    assert state["context"] == [HOUSE_RULES[kind]]


def test_every_node_on_the_way_adds_its_reason():
    reasons = run(recent_prices=RISING)["reasons"]
    assert len(reasons) == 2
    assert "momentum" in reasons[0]
    assert "2.00 times" in reasons[1]


def test_a_signal_that_contradicts_itself_asks_for_no_context():
    class Untouchable:
        async def find(self, query, kind):
            raise AssertionError("asked")

    state = run(Untouchable(), stop=38.0, recent_prices=RISING)
    assert state["action"] == "ignore"
    assert "wrong side" in state["reasons"][-1]


def remote(handler):
    return QueryService("http://query:8202", transport=httpx2.MockTransport(handler))


def test_context_of_the_query_service_follows_the_rule():
    asked = []

    def handler(request):
        asked.append((request.url.path, json.loads(request.content)))
        return httpx2.Response(200, json={"nodes": [{"text": "Petrobras pays", "score": 0.5}]})

    state = run(remote(handler), recent_prices=RISING)
    assert state["context"] == [HOUSE_RULES["momentum"], "Petrobras pays"]
    assert asked == [("/query", {"query": "PETR4 momentum buy", "top_k": 3})]


@pytest.mark.parametrize(
    "answer", [httpx2.Response(503), httpx2.Response(200, text="no json"), httpx2.Response(200, json={"x": 1})]
)
def test_a_query_service_that_fails_leaves_the_rule(answer):
    state = run(remote(lambda request: answer), recent_prices=RISING)
    assert state["context"] == [HOUSE_RULES["momentum"]]
    assert state["action"] == "follow"
