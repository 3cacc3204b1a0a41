"""Context for a decision: texts that may matter to a share.

Enters: a query. Leaves: short texts, best first. They come from the llamaindex-query service where it is configured,
else from a few house rules that are always at hand. A service that does not answer is no reason to decide nothing.
"""

from __future__ import annotations

import logging
from typing import Protocol

import httpx2

log = logging.getLogger(__name__)

HOUSE_RULES = {
    "momentum": "House rule: follow momentum only while the reward is at least 1.5 times the risk.",
    "reversal": "House rule: a signal against the trend gets half the size.",
    "unclear": "House rule: with fewer than three prices there is no trend to speak of.",
}


class ContextSource(Protocol):
    """Where context comes from."""

    async def find(self, query: str, kind: str) -> list[str]:
        """Return texts for the query, best first."""


class HouseRules:
    """The rule for the kind of signal."""

    async def find(self, query: str, kind: str) -> list[str]:
        """Return the one rule that fits."""
        return [HOUSE_RULES[kind]]


class QueryService:
    """Asks llamaindex-query, and adds the house rule. `limit` is in seconds."""

    def __init__(self, url: str, limit: float = 2.0, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=limit, transport=transport, trust_env=False)

    async def find(self, query: str, kind: str) -> list[str]:
        """Return the rule and what the index knows; only the rule when the service does not answer."""
        rules = await HouseRules().find(query, kind)
        try:
            answer = await self._client.post("/query", json={"query": query, "top_k": 3})
            answer.raise_for_status()
            return rules + [node["text"] for node in answer.json()["nodes"]]
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as failure:
            log.warning("no context from the query service", extra={"reason": type(failure).__name__})
            return rules

    async def close(self) -> None:
        """Close connections."""
        await self._client.aclose()
