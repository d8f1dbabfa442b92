"""Approved templates as the messenger's API has them: asked for page by page, kept whole."""

from __future__ import annotations

import asyncio

import httpx

from channels import registry as channels
from channels.base import Account, Channel
from channels.message import Approved
from engine.connect import fetch, refused
from engine.deliver import http_client
from engine.errors import AccountRefused
from engine.project import Project
from store import message_templates

#: Pages that are asked for at most: of a hundred templates each.
PAGES = 50


async def sync(project: Project, account: Account, client: httpx.AsyncClient | None = None) -> int:
    """Bring our copy of an account's templates up to date: how many there are; AccountRefused says what went wrong."""
    channel = channels()[account.channel]
    own, after = client or http_client(), ""
    found: list[Approved] = []
    try:
        for _ in range(PAGES):
            request = channel.list_templates(account, after)
            if request is None:
                said = f"{channel.title} has no approved templates, or the account was connected without their owner's"
                raise AccountRefused("channel", f"{said} id (waba_id, page_id).")
            status, headers, body = await fetch(own, request)
            if status >= 300:
                raise refused(channel.read_answer(status, headers, body), request, _owner(channel))
            page, after = channel.read_templates(body)
            found += page
            if not after:
                break
    finally:
        if client is None:
            await own.aclose()

    def work(connection: object) -> None:
        now = project.now_micros(connection)  # type: ignore[arg-type]
        rows = [
            (
                account.channel, account.name, each.name, each.language, each.status, each.category, each.reason,
                list(each.components), now,
            )
            for each in found
        ]  # fmt: skip
        message_templates.replace_approved(connection, account.channel, account.name, rows)  # type: ignore[arg-type]

    await asyncio.to_thread(project.database.transact, work)
    return len(found)


def _owner(channel: Channel) -> str:
    """The setting whose templates are asked for: a page's own, or those of a business's numbers."""
    return "settings.page_id" if "settings.page_id" in channel.needs else "settings.waba_id"
