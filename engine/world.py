"""The sandbox's pretend world, spoken to over HTTP like everything outside: its clock and what it is about to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Ahead:
    """When the world will next do something, and the last of it within the second after that."""

    first: datetime | None = None
    last: datetime | None = None


class World:
    """A client of the pretend world's control doors."""

    def __init__(self, url: str, key: str) -> None:
        # On this machine, over plain HTTP: no certificates are read.
        patience = httpx.Timeout(60.0, connect=2.0)
        self.client = httpx.AsyncClient(
            base_url=url, headers={"X-World-Key": key}, timeout=patience, trust_env=False, verify=False
        )

    async def set_clock(self, now: datetime, *, running: bool) -> None:
        """Tell the world what time it is."""
        response = await self.client.put("/world/clock", json={"now": now.isoformat(), "running": running})
        response.raise_for_status()

    async def go_on(self, now: datetime) -> None:
        """Bring the world's clock to an instant and let it stand there; one that is further already stays so."""
        order = {"now": now.isoformat(), "running": False, "forward": True}
        response = await self.client.put("/world/clock", json=order)
        response.raise_for_status()

    async def settle(self) -> tuple[int, Ahead]:
        """Let the world do all that is due: how many webhooks it delivered, and when it goes on."""
        response = await self.client.post("/world/settle")
        response.raise_for_status()
        said = response.json()
        return int(said["delivered"]), Ahead(_instant(said["at"]), _instant(said["last"]))

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any other door of the world."""
        return await self.client.request(method, path, **options)

    async def close(self) -> None:
        """Let go of connections."""
        await self.client.aclose()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
