"""How to unsubscribe, told once: the project's line under the first advertisement to a contact on each messenger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Account
from channels.message import Message
from store import frequency
from store.sql import parsed

#: The project's choice, and the mark in what a delivery keeps of its message.
NAME = "opt_out_line"


class OptOutLine:
    """The line, and who has been told already; loaded once for a batch, and only when a line was chosen."""

    def __init__(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        self.line = frequency.setting(connection, NAME)
        people = sorted({row.contact_id for row in rows if row.category == "marketing"}) if self.line else []
        self.told = frequency.marked(connection, people, NAME) if people else frozenset()

    def under(self, row: Row[Any], message: Message, account: Account) -> tuple[Message, dict[str, Any]]:
        """The message, with the line where it belongs, and the mark to keep beside it.

        An approved template cannot be added to; where the line does not fit, the next advertisement carries it.
        """
        kept = parsed(row.content) or {}
        if row.content is not None and row.channel == account.channel:
            return message, {NAME: True} if kept.get(NAME) else {}
        if not self.line or row.category != "marketing" or (row.contact_id, account.channel) in self.told:
            return message, {}
        longer = replace(message, text=f"{message.text}\n\n{self.line}")
        if not message.text or message.template is not None or not _fits(message, longer, account):
            return message, {}
        return longer, {NAME: True}


def _fits(message: Message, longer: Message, account: Account) -> bool:
    """Whether the messenger takes the longer message as it takes the shorter one: in as many requests, no error."""
    channel = channels()[account.channel]
    before, after = (len(channel.compose(each, "0", account, "")) for each in (message, longer))
    return before == after and not any(each.startswith("error: ") for each in channel.problems(longer))
