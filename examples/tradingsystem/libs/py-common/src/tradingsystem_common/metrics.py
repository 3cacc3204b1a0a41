"""Metrics: counts and durations of requests in Prometheus's text format.

Enters: ASGI requests. Leaves: `GET /metrics`. The label is the route's pattern, never the path asked for: paths
come from outside and would make the number of series unbounded.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestMetrics:
    """ASGI middleware that measures each request, and the endpoint that shows the result."""

    def __init__(self, app: ASGIApp, service: str, registry: CollectorRegistry) -> None:
        self._app = app
        self._service = service
        labels = ["service", "method", "route", "status"]
        self._requests = Counter("http_requests", "Answered requests", labels, registry=registry)
        self._seconds = Histogram("http_request_duration_seconds", "Time to answer", labels[:3], registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure one request; other ASGI events pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            labels = (self._service, scope["method"], route)
            self._requests.labels(*labels, str(status)).inc()
            self._seconds.labels(*labels).observe(time.perf_counter() - started)


def metrics_endpoint(registry: CollectorRegistry) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler of `GET /metrics` for this registry."""

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return metrics
