"""Many small connection pools instead of a big one: httpcore looks through the whole pool at every request."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed: reading them takes as long as fifty requests."""
    return httpx.create_ssl_context(trust_env=False)


class Lanes(httpx.AsyncBaseTransport):
    """Spreads requests over pools, always to the one with the least under way; each connection is kept for the next."""

    def __init__(self, connections: int, keep_alive: float, width: int = 8) -> None:
        lanes = -(-connections // width)
        limits = httpx.Limits(max_connections=width, max_keepalive_connections=width, keepalive_expiry=keep_alive)
        self._lanes = [httpx.AsyncHTTPTransport(verify=_trusted(), limits=limits) for _ in range(lanes)]
        self._busy = [0] * lanes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on the emptiest lane; the answer is read before it counts as done."""
        number = self._busy.index(min(self._busy))
        self._busy[number] += 1
        try:
            response = await self._lanes[number].handle_async_request(request)
            await response.aread()
            return response
        finally:
            self._busy[number] -= 1

    async def aclose(self) -> None:
        """Close every connection."""
        for lane in self._lanes:
            await lane.aclose()
