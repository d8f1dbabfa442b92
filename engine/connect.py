"""Connect an account: its token is checked with a real call, its webhook registered, its secrets sealed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import orjson

from channels import registry as channels
from channels.base import Accepted, Account, Answer, Channel, Rejected, Request, RetryAfter, Trouble
from channels.message import Message
from engine.deliver import http_client
from engine.errors import AccountRefused
from engine.project import Project, real_now
from store import accounts
from store.tables.columns import micros

#: What a messenger tells of an account that is worth showing.
FACTS = (
    "verified_name",
    "display_phone_number",
    "quality_rating",
    "name",
    "username",
    "first_name",
    "subscribers_count",
)

#: Graph's codes for a number or page that is not there for this token.
NO_OBJECT = ("33", "100/33")


def renewed(known: Account, given: Account) -> Account:
    """An account that is connected already, with what is given anew; what is not given stays, an empty setting goes.

    Secrets stay only where they were given for: none goes to another server because its address was changed.
    """
    base = (given.base_url or known.base_url).rstrip("/")
    settings = {name: value for name, value in {**known.settings, **given.settings}.items() if value}
    own = {name: value for name, value in given.secrets.items() if value}
    kept = known.secrets if base == known.base_url else {}
    return replace(given, base_url=base, settings=settings, secrets={**kept, **own})


def complete(account: Account) -> Account:
    """The account with what we choose: base URL, the webhook's secret. AccountRefused names what is missing."""
    channel = channels()[account.channel]
    for need in channel.needs:
        kind, _, name = need.partition(".")
        if not (account.secrets if kind == "secrets" else account.settings).get(name):
            raise AccountRefused(need, f"{account.channel} needs {name}.")
    own = dict(account.secrets)
    for name in channel.makes:
        own.setdefault(name, secrets.token_hex(16))
    base = (account.base_url or channel.base_url).rstrip("/")
    if not base.startswith(("https://", "http://")):
        raise AccountRefused("base_url", "The base URL starts with https://.")
    return replace(account, secrets=own, base_url=base)


async def connect(
    project: Project, account: Account, webhook_url: str, client: httpx.AsyncClient | None = None
) -> Account:
    """Check the account with its messenger, register the webhook, and keep it; AccountRefused says what went wrong."""
    known = await asyncio.to_thread(_known, project, account)
    whole = complete(account if known is None else renewed(known, account))
    channel = channels()[whole.channel]
    own = client or http_client()
    try:
        await _ask(own, channel, channel.check_account(whole), "secrets.token")
        for request in channel.register_webhook(whole, webhook_url):
            await _ask(own, channel, request, "webhook_url")
    finally:
        if client is None:
            await own.aclose()
    now = micros(real_now())
    await asyncio.to_thread(
        project.database.transact, lambda connection: accounts.put(connection, project.vault, whole, now)
    )
    return whole


def _known(project: Project, account: Account) -> Account | None:
    with project.database.read() as connection:
        known = project.account(connection, account.channel, account.name)
    return None if known is None else known.account


async def check(account: Account, client: httpx.AsyncClient | None = None) -> dict[str, str]:
    """Ask the messenger about the account: what it tells; AccountRefused says what is wrong."""
    channel = channels()[account.channel]
    own = client or http_client()
    try:
        body = await _ask(own, channel, channel.check_account(account), "secrets.token")
    finally:
        if client is None:
            await own.aclose()
    told = body.get("result", body) if isinstance(body, dict) else {}
    return {name: str(told[name]) for name in FACTS if isinstance(told, dict) and told.get(name) not in (None, "")}


async def send_now(
    account: Account, message: Message, address: str, client: httpx.AsyncClient | None = None
) -> list[str]:
    """Send a message past all gates, to oneself: the messenger's ids of it; AccountRefused says why not."""
    channel = channels()[account.channel]
    own = client or http_client()
    sent = []
    try:
        for request in channel.compose(message, address, account, f"try-{secrets.token_hex(6)}"):
            status, headers, body = await fetch(own, request)
            answer = channel.read_answer(status, headers, body)
            if not isinstance(answer, Accepted):
                raise refused(answer, request, "address")
            sent.append(answer.id)
    finally:
        if client is None:
            await own.aclose()
    return sent


async def fetch(client: httpx.AsyncClient, request: Request) -> tuple[int, Mapping[str, str], Any]:
    """Status, headers and parsed body (None when it is not JSON) of one request; AccountRefused without an answer."""
    content = orjson.dumps(request.json) if request.json is not None else None
    headers = {"content-type": "application/json", **request.headers}
    try:
        response = await client.request(request.method, request.url, content=content, headers=headers)
    except httpx.HTTPError as error:
        raise AccountRefused("base_url", f"The messenger cannot be reached ({type(error).__name__}).") from error
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = None
    return response.status_code, dict(response.headers), body


def refused(answer: Answer, request: Request, field: str) -> AccountRefused:
    """What the messenger said, as an error to show."""
    if isinstance(answer, Rejected):
        words = f"{answer.code} {answer.text}".strip()
    elif isinstance(answer, RetryAfter):
        words = f"wait {answer.seconds:g} seconds"
    else:
        words = getattr(answer, "text", "") or "no clear answer"
    if isinstance(answer, Rejected) and answer.trouble is Trouble.ACCOUNT_AUTH and field == "secrets.token":
        if answer.code in NO_OBJECT:
            return AccountRefused(field, f"The messenger knows no such id, or this token may not use it ({words}).")
        return AccountRefused(field, f"The messenger does not know this token ({words}). Copy it once more, all of it.")
    if field == "webhook_url":
        said = f"The messenger does not take our webhook's address ({words}). See TROPA_PUBLIC_URL."
        return AccountRefused(field, said)
    return AccountRefused(field, f"The messenger says no to {request.label}: {words}.")


async def _ask(client: httpx.AsyncClient, channel: Channel, request: Request, field: str) -> Any:
    status, headers, body = await fetch(client, request)
    answer = channel.read_answer(status, headers, body)
    if not isinstance(answer, Accepted):
        raise refused(answer, request, field)
    return body
