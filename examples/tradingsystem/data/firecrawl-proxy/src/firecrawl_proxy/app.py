"""The service: `GET /fetch?url=...` answers with the page, or says why not.

403 against the policy, 413 too large, 502 the server failed, 504 too slow; the server's own status is passed on in
`x-fetched-status`. Run with `uvicorn firecrawl_proxy.app:create --factory`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpcore
from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import Field
from tradingsystem_common.service import create_service
from tradingsystem_common.settings import ServiceSettings
from tradingsystem_common.shutdown import Background

from firecrawl_proxy import VERSION
from firecrawl_proxy.fetcher import Fetcher, Limits, Page, TooLarge
from firecrawl_proxy.policy import Policy, Refused

log = logging.getLogger(__name__)

# A page of somebody else is shown under our name: it must not run, be framed or be taken for another type.
_SAFE = {
    "content-security-policy": "sandbox; default-src 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Settings(ServiceSettings):
    """`allowed_hosts` is a list with commas; `.example.com` stands for every name below example.com."""

    allowed_hosts: str = "www.b3.com.br,.cvm.gov.br,.bcb.gov.br"
    fetch_seconds: float = Field(default=15.0, gt=0, le=120)
    fetch_bytes: int = Field(default=2 * 1024 * 1024, gt=0, le=64 * 1024 * 1024)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The allow-list, in lower case."""
        return tuple(entry.strip().lower() for entry in self.allowed_hosts.split(",") if entry.strip())


def create(settings: Settings | None = None, fetcher: Fetcher | None = None) -> FastAPI:
    """Make the application from the given settings, or from the environment."""
    settings = settings or Settings.from_environment_or_exit()
    limits = Limits(seconds=settings.fetch_seconds, size=settings.fetch_bytes)
    fetcher = fetcher or Fetcher(Policy(settings.hosts), limits)

    @asynccontextmanager
    async def lifespan(app: FastAPI, background: Background) -> AsyncIterator[None]:
        yield
        await fetcher.close()

    app = create_service("firecrawl-proxy", VERSION, settings, lifespan)

    @app.get("/fetch")
    async def fetch(request: Request, url: Annotated[str, Query(max_length=2048)]) -> Response:
        return _answer(await _fetch(fetcher, url, request))

    return app


async def _fetch(fetcher: Fetcher, url: str, request: Request) -> Page:
    try:
        return await fetcher.fetch(url, request.headers)
    except Refused as refusal:
        log.warning("refused", extra={"url": url, "reason": str(refusal)})
        raise HTTPException(403, str(refusal)) from None
    except TooLarge:
        raise HTTPException(413, "the page is larger than the limit") from None
    except (TimeoutError, httpcore.TimeoutException):
        raise HTTPException(504, "the server was too slow") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as failure:
        log.info("not fetched", extra={"url": url, "reason": repr(failure)})
        raise HTTPException(502, "the server could not be reached or broke the protocol") from None


def _answer(page: Page) -> Response:
    headers = {**page.headers, **_SAFE, "x-fetched-status": str(page.status), "x-fetched-url": page.url}
    return Response(page.body, headers=headers)
