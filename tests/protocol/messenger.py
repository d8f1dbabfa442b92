"""Two scripted messengers behind one transport: what they took, how they answered, and the webhooks that they owe."""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

SECRET = "app-secret"
#: Answers by which nobody can tell whether the message went out; those that are named so took it.
VAGUE = ("500", "500_accepted", "html_502", "timeout_accepted", "reset_accepted", "malformed_accepted")
DEFINITE = ("ok", "429", "no_connection", "blocked")
ANSWERS = (*DEFINITE, *VAGUE)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message on somebody's phone."""

    channel: str
    address: str
    text: str
    at: datetime
    buttons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that is owed: its account's channel, headers and body."""

    channel: str
    headers: dict[str, str]
    raw: bytes


@dataclass(slots=True)
class Messenger:
    """Answers as it is told to, in order, and «ok» when nothing is left to tell."""

    now: Callable[[], datetime]
    #: Says what is wrong with a request at the instant at which its bytes are out; nothing when all is well.
    complaint: Callable[[str], str]
    script: deque[str] = field(default_factory=deque)
    taken: list[Taken] = field(default_factory=list)
    asked: int = 0
    owed: list[Webhook] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    told: int = 0
    #: Where it writes down what it knows, so that it outlives a process that is killed.
    journal: Path | None = None
    #: The request, by number, at which the product's process is killed: the bytes are out, the answer never comes.
    kills_at: int = 0
    #: What happens between a request and its answer.
    meanwhile: Callable[[], object] | None = None

    def save(self) -> None:
        """Write down what must not be forgotten."""
        if self.journal is not None:
            written = pickle.dumps((self.taken, self.asked, self.owed, self.complaints, self.told))
            self.journal.with_suffix(".new").write_bytes(written)
            self.journal.with_suffix(".new").replace(self.journal)

    def load(self) -> None:
        """Remember."""
        if self.journal is not None and self.journal.exists():
            self.taken, self.asked, self.owed, self.complaints, self.told = pickle.loads(self.journal.read_bytes())

    def handle(self, request: httpx.Request) -> httpx.Response:
        """One request to send a message."""
        self.asked += 1
        body = orjson.loads(request.content)
        channel = "telegram" if "chat_id" in body else "whatsapp"
        address = str(body["chat_id"] if channel == "telegram" else body["to"]).lstrip("+")
        if words := self.complaint(address):
            self.complaints.append(words)
        how = self.script.popleft() if self.script else "ok"
        if how == "no_connection":
            raise httpx.ConnectError("no route", request=request)
        if how == "ok" or how.endswith("_accepted"):
            self._take(channel, address, body)
        self.save()
        if self.asked == self.kills_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.meanwhile is not None:
            self.meanwhile()
        return self._answer(how, channel, request)

    def _answer(self, how: str, channel: str, request: httpx.Request) -> httpx.Response:
        number = f"{channel[0]}{self.asked}"
        if how == "timeout_accepted":
            raise httpx.ReadTimeout("no answer", request=request)
        if how == "reset_accepted":
            raise httpx.ReadError("reset", request=request)
        if how == "malformed_accepted":
            return httpx.Response(200, content=b'{"ok": tr')
        if how == "html_502":
            return httpx.Response(502, html="<h1>Bad gateway</h1>")
        if channel == "telegram":
            told: dict[str, tuple[int, dict[str, Any]]] = {
                "ok": (200, {"ok": True, "result": {"message_id": self.asked}}),
                "429": (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 5}}),
                "blocked": (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked"}),
            }
        else:
            told = {
                "ok": (200, {"messages": [{"id": number}]}),
                "429": (429, {"error": {"code": 130429, "message": "Rate limit hit"}}),
                "blocked": (400, {"error": {"code": 131026, "message": "Message undeliverable"}}),
            }
        status, content = told.get(how, (500, {"error": {"code": 1, "message": "Internal"}}))
        return httpx.Response(status, json=content)

    def _take(self, channel: str, address: str, body: dict[str, Any]) -> None:
        if channel == "telegram":
            keys = [key["callback_data"] for line in _inline(body) for key in line]
            self.taken.append(Taken(channel, address, body.get("text") or body["photo"], self.now(), tuple(keys)))
            return
        content = body.get("interactive", {})
        keys = [key["reply"]["id"] for key in content.get("action", {}).get("buttons", [])]
        text = content["body"]["text"] if content else body["text"]["body"]
        self.taken.append(Taken(channel, address, text, self.now(), tuple(keys)))
        ref = body.get("biz_opaque_callback_data", "")
        for state in ("sent", "delivered", "read"):
            status = {"id": f"w{self.asked}", "status": state, "recipient_id": address, **self._stamp()}
            self._owe("whatsapp", _statuses([status | {"biz_opaque_callback_data": ref}]))

    # What people do -----------------------------------------------------------------------------
    def says(self, channel: str, address: str, text: str = "", button: str = "") -> None:
        """Somebody writes or presses a button by its payload: a webhook is owed."""
        self.told += 1
        who = {"id": int(address), "first_name": "Somebody"}
        chat = {"id": int(address), "type": "private"}
        if channel == "telegram":
            update: dict[str, Any] = {"update_id": self.told}
            if button:
                update["callback_query"] = {
                    "id": str(self.told),
                    "from": who,
                    "message": {"chat": chat},
                    "data": button,
                }
            else:
                message = {"message_id": self.told, "from": who, "chat": chat, "text": text}
                update["message"] = message | {"date": int(self.now().timestamp())}
            self._owe(channel, update)
            return
        said: dict[str, Any] = {"id": f"in{self.told}", "from": address, **self._stamp()}
        if button:
            pressed = {"type": "button_reply", "button_reply": {"id": button, "title": button.rpartition(":")[2]}}
            said |= {"type": "interactive", "interactive": pressed}
        else:
            said |= {"type": "text", "text": {"body": text}}
        self._owe(channel, _value({"messages": [said], "contacts": [{"wa_id": address}]}))

    def _owe(self, channel: str, body: dict[str, Any]) -> None:
        raw = orjson.dumps(body)
        if channel == "telegram":
            headers = {"x-telegram-bot-api-secret-token": SECRET}
        else:
            headers = {"x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}
        self.owed.append(Webhook(channel, headers, raw))

    def _stamp(self) -> dict[str, str]:
        return {"timestamp": str(int(self.now().timestamp()))}


def _inline(body: dict[str, Any]) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = body.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _value(value: dict[str, Any]) -> dict[str, Any]:
    change = {"field": "messages", "value": {"metadata": {"phone_number_id": "1"}, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "2", "changes": [change]}]}


def _statuses(statuses: list[dict[str, Any]]) -> dict[str, Any]:
    return _value({"statuses": statuses})
