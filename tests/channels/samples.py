"""Accounts and saved payloads that the channel tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from channels.base import Account, Request

#: Saved vendor payloads lie beside the repository and are not part of it.
SAVED = Path(__file__).parents[3] / "shared" / "payloads"
#: Nineteen characters, as the engine makes them.
REF = "d7.k3v9q2m8x4p6w1za"

TELEGRAM = Account(
    channel="telegram",
    name="shop",
    base_url="https://api.telegram.org",
    secrets={"token": "123:TOKEN", "secret_token": "hook-secret"},
    settings={"username": "shop_bot"},
)
WHATSAPP = Account(
    channel="whatsapp",
    name="shop",
    base_url="https://graph.facebook.com",
    secrets={"token": "TOKEN", "app_secret": "sesame", "verify_token": "verify-me"},
    settings={"phone_number_id": "1122334455", "username": "+7 999 123-45-67"},
)
VIBER = Account(
    channel="viber",
    name="shop",
    base_url="https://chatapi.viber.com/pa",
    secrets={"token": "TOKEN"},
    settings={"sender_name": "The Shop", "uri": "theshop"},
)
MESSENGER = Account(
    channel="messenger",
    name="shop",
    base_url="https://graph.facebook.com",
    secrets={"token": "TOKEN", "app_secret": "sesame", "verify_token": "verify-me"},
    settings={"page_id": "555", "username": "theshop"},
)
ACCOUNTS = {account.channel: account for account in (TELEGRAM, WHATSAPP, VIBER, MESSENGER)}


def saved(name: str) -> Any:
    """The payload of a saved file; skips where the files are not there."""
    path = SAVED / name
    if not path.exists():
        pytest.skip(f"no saved payload {name}")
    return json.loads(path.read_text(encoding="utf-8"))["payload"]


def saved_names(folder: str) -> list[str]:
    """Names of the saved webhooks of a messenger, without the signature vectors."""
    names = sorted(path.name for path in (SAVED / folder).glob("*.json"))
    return [name for name in names if name != "signature_vector.json"]


def answer_names(folder: str) -> list[str]:
    """Names of the saved answers in a folder, with the folder."""
    return [f"{folder}/{path.name}" for path in sorted((SAVED / folder).glob("*.json"))]


def bodies(requests: Any) -> list[Any]:
    """The JSON bodies of requests, in order."""
    assert all(isinstance(request, Request) for request in requests)
    return [request.json for request in requests]
