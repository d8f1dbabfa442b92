"""Requests to messengers over a transport, without what a client adds for pages: cookies, redirects, logins, a log."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import httpx


@lru_cache(maxsize=1024)
def _read(url: str) -> httpx.URL:
    """A messenger is asked at the same few addresses again and again, and reading one costs as much as a header."""
    return httpx.URL(url)


class Wire:
    """One request, one answer: nothing is repeated, followed or remembered.

    `transport`: what carries them, in tests an `httpx.MockTransport`; `timeout`: of each request.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, timeout: httpx.Timeout) -> None:
        self._transport, self.timeout = transport, timeout

    async def request(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> httpx.Response:
        """Send a request and read its whole answer; httpx.HTTPError as the transport raises it, InvalidURL."""
        told = {"accept": "*/*", "user-agent": "tropa", **headers}
        limits = {"timeout": self.timeout.as_dict()}
        asked = httpx.Request(method, _read(url), content=content, headers=told, extensions=limits)
        answer = await self._transport.handle_async_request(asked)
        await answer.aread()
        return answer

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._transport.aclose()
