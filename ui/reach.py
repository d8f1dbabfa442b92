"""What the pages about messengers ask of the API: links, kept messages, the health of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ui.backend import Page, backend

Json = dict[str, Any]


def links(after: str | None = None) -> Page:
    """Opt-in links, newest first."""
    return backend().page("/v1/opt-in-links", limit=10, after=after)


def make_link(body: Mapping[str, Any]) -> Json:
    """A new link with its address on each messenger."""
    return dict(backend().ask("POST", "/v1/opt-in-links", body))


def close_link(token: str) -> bool:
    """Nobody is taken in by it any more."""
    return bool(backend().ask("DELETE", f"/v1/opt-in-links/{quote(token, safe='')}"))


def qr_code(path: str) -> str:
    """A link's QR code as SVG."""
    return backend().text(path)


def templates() -> list[Json]:
    """Kept messages by name."""
    return list(backend().ask("GET", "/v1/templates")["items"])


def keep_template(name: str, body: Mapping[str, Any]) -> Json:
    """Keep a message, or replace it."""
    return dict(backend().ask("PUT", f"/v1/templates/{quote(name, safe='')}", body))


def remove_template(name: str) -> bool:
    """Forget a kept message."""
    return bool(backend().ask("DELETE", f"/v1/templates/{quote(name, safe='')}"))


def preview(body: Mapping[str, Any]) -> Json:
    """What each phone will show, with problems and remarks."""
    return dict(backend().ask("POST", "/v1/templates/preview", body))


def try_template(channel: str, account: str, address: str, body: Mapping[str, Any]) -> bool:
    """A message as it stands to oneself, past all gates."""
    path = f"/v1/templates/try/{quote(channel, safe='')}/{quote(account, safe='')}"
    return bool(backend().ask("POST", path, {**body, "address": address}))


def approved() -> list[Json]:
    """Templates at the messengers with their review."""
    return list(backend().ask("GET", "/v1/templates/approved")["items"])


def sync_approved(channel: str, account: str) -> int:
    """Ask the messenger for its templates: how many there are."""
    path = f"/v1/templates/approved/{quote(channel, safe='')}/{quote(account, safe='')}/sync"
    return int(backend().ask("POST", path, {})["templates"])


def policies() -> Json:
    """Rules of countries and industries, and what the business told of itself."""
    return dict(backend().ask("GET", "/v1/policies"))


def keep_policy(name: str, body: Mapping[str, Any]) -> Json:
    """Make a rule, or replace it."""
    return dict(backend().ask("PUT", f"/v1/policies/{quote(name, safe='')}", body))


def remove_policy(name: str) -> bool:
    """Take a rule away."""
    return bool(backend().ask("DELETE", f"/v1/policies/{quote(name, safe='')}"))


def health(channel: str, account: str) -> Json:
    """Limits in use, the last webhook, what became of the latest messages."""
    return dict(backend().ask("GET", f"{_account(channel, account)}/health"))


def check(channel: str, account: str) -> Json:
    """A real call to the messenger: `ok`, and the facts or the reason."""
    return dict(backend().ask("POST", f"{_account(channel, account)}/check", {}))


def try_out(channel: str, account: str, address: str, text: str) -> bool:
    """A message to oneself, past all gates."""
    return bool(backend().ask("POST", f"{_account(channel, account)}/test", {"address": address, "text": text}))


def _account(channel: str, account: str) -> str:
    return f"/v1/channels/{quote(channel, safe='')}/{quote(account, safe='')}"
