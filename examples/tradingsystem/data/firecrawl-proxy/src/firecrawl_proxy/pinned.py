"""Connections that go only to an address which has been checked.

Enters: a host name from httpcore. Leaves: a TCP stream to one of its addresses, after all of them were found public.
The name is resolved once and the connection is made to that very address, so that a name server that answers
differently the second time (DNS rebinding) gains nothing. TLS still verifies the name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore

from firecrawl_proxy.policy import IpAddress, Refused, is_public

Resolver = Callable[[str, int], Awaitable[list[IpAddress]]]


async def resolve(host: str, port: int) -> list[IpAddress]:
    """Ask the system's resolver. Raises `httpcore.ConnectError` if it knows no address."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as failure:
        raise httpcore.ConnectError(f"{host} has no address") from failure
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """A network backend for httpcore's pool. `allowed` judges addresses; only tests replace it."""

    def __init__(self, resolver: Resolver = resolve, allowed: Callable[[IpAddress], bool] = is_public) -> None:
        self._resolver = resolver
        self._allowed = allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check every address, connect to the first that answers."""
        addresses = await self._resolver(host, port)
        # One private address among public ones is an attack or a mistake: refuse the whole name.
        if not addresses or not all(self._allowed(address) for address in addresses):
            raise Refused(f"host {host} does not resolve to public addresses only")
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._backend.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(host)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: a path is no public address."""
        raise Refused("local sockets are not connected to")

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's retries."""
        await self._backend.sleep(seconds)
