"""The parts that Viber's callbacks are made of."""

from __future__ import annotations

import zlib
from typing import Any

from sandbox.facts import Account
from sandbox.network import Event, Scene

HOST = "SN-CHAT-05_"


def token_of(account: Account, number: int) -> int:
    """A message token: 64 bits, far above 2^53."""
    return 5_000_000_000_000_000_000 + zlib.crc32(account.name.encode()) % 400_000_000 * 1_000_000_000 + number


def base(event: str, scene: Scene, token: int) -> dict[str, Any]:
    return {"event": event, "timestamp": int(scene.at * 1000), "chat_hostname": HOST, "message_token": token}


def user(scene: Scene) -> dict[str, Any]:
    country = {"ru": "RU", "uk": "UA", "de": "DE"}.get(scene.person.language[:2], "GB")
    known = {"id": scene.person.address, "name": scene.person.name, "language": scene.person.language}
    return {**known, "country": country, "api_version": 10}


def subscribed(scene: Scene) -> Event:
    token = token_of(scene.account, scene.account.sequence)
    return Event(body={**base("subscribed", scene, token), "user": user(scene)}, queue="subscribed")
