"""The way from the messengers to the product: webhooks posted, answers read."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from sandbox.facts import Account
from sandbox.network import Network


class Post:
    """POSTs and GETs to the product, over a client that is given or one of its own."""

    def __init__(self, client: httpx.AsyncClient | None, connections: int) -> None:
        self._given, self._connections = client, connections
        self._own: httpx.AsyncClient | None = None
        self._own_loop: asyncio.AbstractEventLoop | None = None

    async def send(
        self, network: Network, account: Account, raw: bytes, *, forged: bool = False
    ) -> tuple[int, httpx.Response | None]:
        """One POST to the account's webhook: (HTTP status, answer); status 0 when nobody answered."""
        headers = {"content-type": "application/json", **network.sign(account, raw, forged=forged)}
        try:
            answer = await self._client().post(
                account.webhook_url, content=raw, headers=headers, timeout=network.timeout
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0, None
        return answer.status_code, answer

    async def get(self, url: str, query: dict[str, Any]) -> httpx.Response | None:
        """A GET to the product, as Meta's subscription check; None when nobody answered."""
        try:
            return await self._client().get(url, params=query, timeout=10.0)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    async def close(self) -> None:
        """Close the client that was made here."""
        if self._own is not None and self._own_loop is asyncio.get_running_loop():
            await self._own.aclose()

    def _client(self) -> httpx.AsyncClient:
        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        if self._own is None or self._own_loop is not loop:
            limits = httpx.Limits(max_connections=self._connections, max_keepalive_connections=self._connections)
            # To the product on this machine, over plain HTTP: no certificates are read.
            self._own, self._own_loop = httpx.AsyncClient(limits=limits, trust_env=False, verify=False), loop
        return self._own


def retry_after(answer: httpx.Response | None) -> float | None:
    """The receiver's wish in seconds."""
    value = None if answer is None else answer.headers.get("retry-after")
    return float(value) if value is not None and value.isdigit() else None
