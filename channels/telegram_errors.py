"""What Telegram's refusals mean: https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.base import Accepted, Rejected, Trouble
from channels.reading import ident
from channels.writing import cut

#: Parts of a refusal's description, in lower case, and what they mean: the first that is found counts.
DESCRIPTIONS = (
    ("user is deactivated", Trouble.CONTACT_INVALID),
    ("input_user_deactivated", Trouble.CONTACT_INVALID),
    ("can't initiate conversation", Trouble.CONTACT_INVALID),
    ("can't send messages to bots", Trouble.CONTACT_INVALID),
    ("chat not found", Trouble.CONTACT_INVALID),
    ("user not found", Trouble.CONTACT_INVALID),
    ("peer_id_invalid", Trouble.CONTACT_INVALID),
    ("chat_id is empty", Trouble.CONTACT_INVALID),
    ("upgraded to a supergroup", Trouble.CONTACT_INVALID),
    ("blocked by the user", Trouble.CONTACT_BLOCKED),
    ("user_is_blocked", Trouble.CONTACT_BLOCKED),
    ("bot was kicked", Trouble.CONTACT_BLOCKED),
    ("not a member", Trouble.CONTACT_BLOCKED),
    ("not enough rights", Trouble.CONTACT_BLOCKED),
    ("have no rights", Trouble.CONTACT_BLOCKED),
    ("chat_write_forbidden", Trouble.CONTACT_BLOCKED),
)
#: 404 is what a wrong token gets; 409 is a bot that is set up twice.
CODES = {401: Trouble.ACCOUNT_AUTH, 404: Trouble.ACCOUNT_AUTH, 409: Trouble.ACCOUNT_AUTH}
#: Refusals that leave nothing to do.
DONE = ("message is not modified", "query is too old")


def refusal(code: int, description: str, parameters: Mapping[str, Any]) -> Accepted | Rejected:
    """What a definite no means; a description that nobody knows ends this delivery only."""
    said = description.lower()
    if code == 400 and any(part in said for part in DONE):
        return Accepted(id="")
    text = cut(description, 300)
    if moved := ident(parameters.get("migrate_to_chat_id")):
        text = f"{text}; its new address is {moved}"
    known = next((trouble for part, trouble in DESCRIPTIONS if part in said), None)
    return Rejected(trouble=CODES.get(code) or known or Trouble.CONTENT_INVALID, code=str(code), text=text)
