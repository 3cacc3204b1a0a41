"""Fetches one page under the policy.

Enters: a URL and the caller's headers. Leaves: a `Page`, or `Refused` (policy), `TooLarge`, `TimeoutError` (total
time), or `httpcore`'s network errors. Redirects are followed here, one by one, each judged like the first URL.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import httpcore

from firecrawl_proxy.pinned import PinnedBackend
from firecrawl_proxy.policy import Policy, Refused

REQUEST_HEADERS = ("accept", "accept-language", "if-modified-since", "if-none-match")
ANSWER_HEADERS = ("cache-control", "content-language", "content-type", "etag", "expires", "last-modified")
_REDIRECTS = (301, 302, 303, 307, 308)


class TooLarge(Exception):
    """The page is longer than the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` for everything together, redirects included; `size` of the body in bytes."""

    seconds: float = 15.0
    size: int = 2 * 1024 * 1024
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What came back. `url` is the last one after redirects; headers are those of ANSWER_HEADERS."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """A pool of connections under one policy."""

    def __init__(
        self,
        policy: Policy,
        limits: Limits,
        backend: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._limits = limits
        # No connection is kept: each one must be made, and so checked, anew.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=20,
            max_keepalive_connections=0,
            network_backend=backend or PinnedBackend(),
        )

    async def fetch(self, url: str, headers: Mapping[str, str]) -> Page:
        """Fetch the page within the limits."""
        async with asyncio.timeout(self._limits.seconds):
            for _ in range(self._limits.redirects + 1):
                checked = self._policy.check(url).geturl()
                page, location = await self._fetch_once(checked, headers)
                if location is None:
                    return page
                url = urljoin(checked, location)
        raise Refused(f"more than {self._limits.redirects} redirects")

    async def close(self) -> None:
        """Close what is open."""
        await self._pool.aclose()

    async def _fetch_once(self, url: str, headers: Mapping[str, str]) -> tuple[Page, str | None]:
        sent = {name: value for name, value in headers.items() if name.lower() in REQUEST_HEADERS}
        # Uncompressed, so that the limit counts what we keep: a small archive can unpack to anything.
        sent |= {"user-agent": "tradingsystem-firecrawl-proxy/1", "accept-encoding": "identity"}
        step = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.seconds)
        async with self._pool.stream("GET", url, headers=list(sent.items()), extensions={"timeout": step}) as answer:
            received = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status in _REDIRECTS and "location" in received:
                return Page(url, answer.status, {}, b""), received["location"]
            body = await self._read(answer, received)
        kept = {name: received[name] for name in ANSWER_HEADERS if name in received}
        return Page(url, answer.status, kept, body), None

    async def _read(self, answer: httpcore.Response, headers: Mapping[str, str]) -> bytes:
        if headers.get("content-encoding", "identity") != "identity":
            raise Refused("the server compresses although it was asked not to")
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._limits.size:
            raise TooLarge
        body = bytearray()
        async for chunk in answer.aiter_stream():
            body += chunk
            if len(body) > self._limits.size:
                raise TooLarge
        return bytes(body)
