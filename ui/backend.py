"""What the pages ask of the API, a method per question."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import streamlit as st

from ui.authoring_doors import AuthoringDoors
from ui.language import language
from ui.trouble import Missing
from ui.wire import DEFAULT_URL, Key, Wire, key_from_environment

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `next` is None at the end."""

    items: list[Json]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A journey's working document and the revision at which it was read."""

    document: Json
    revision: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a document, and each step's exits and sentence."""

    problems: list[Json]
    nodes: dict[str, Json]


class Backend(AuthoringDoors):
    """The API's doors. Every method raises `ui.trouble.Trouble`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def url(self) -> str:
        return self._wire.url

    def close(self) -> None:
        """Gives back the connections."""
        self._wire.close()

    def _get(self, path: str, **params: Any) -> Any:
        return self._wire.ask("GET", path, params=params, language=language())

    def _send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self._wire.ask(method, path, json=body, headers=headers, language=language())

    def _page(self, path: str, **params: Any) -> Page:
        answer = self._get(path, **params) or {}
        after = answer.get("next")
        return Page(list(answer.get("items") or []), None if after is None else str(after))

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Any other question; its answer's JSON."""
        return self._wire.ask(method, path, json=body, params=params, language=language())

    def page(self, path: str, **params: Any) -> Page:
        """One page of any list."""
        return self._page(path, **params)

    def tell(self, path: str, body: Any, token: str) -> Any:
        """Something that happens once however often it is told with this token."""
        return self._send("POST", path, body, **{"Idempotency-Key": token})

    def picture(self, path: str) -> str:
        """A picture that the API draws, as SVG."""
        return self._wire.text(path)

    # Numbers for the first page

    def overview(self) -> Json:
        return dict(self._get("/v1/overview") or {})

    # Journeys

    def journeys(self, *, search: str = "", status: str = "", limit: int = 20, after: str | None = None) -> Page:
        return self._page("/v1/journeys", search=search, status=status, limit=limit, after=after)

    def journey(self, journey: str) -> Json:
        """One journey; `document` and `version` are those that are live, if any."""
        return dict(self._get(_at("journeys", journey)))

    def create_journey(self, document: Mapping[str, Any]) -> Json:
        return dict(self._send("POST", "/v1/journeys", document))

    def draft(self, journey: str) -> Draft:
        answer = self._get(_at("journeys", journey, "draft"))
        return Draft(answer["document"], str(answer["revision"]))

    def save_draft(self, journey: str, document: Mapping[str, Any], revision: str) -> str:
        """The new revision; Conflict when the draft has changed since `revision`."""
        path = _at("journeys", journey, "draft")
        return str(self._send("PUT", path, {"document": document}, **{"If-Match": revision})["revision"])

    def check(self, journey: str, document: Mapping[str, Any]) -> Checked:
        answer = self._send("POST", _at("journeys", journey, "check"), {"document": document}) or {}
        return Checked(list(answer.get("problems") or []), dict(answer.get("nodes") or {}))

    def act(self, journey: str, action: str, body: Mapping[str, Any] | None = None) -> Json:
        """`publish`, `pause`, `resume` or `stop`."""
        return dict(self._send("POST", _at("journeys", journey, action), body or {}) or {})

    def versions(self, journey: str) -> list[Json]:
        return self._page(_at("journeys", journey, "versions")).items

    def enroll(self, journey: str, contacts: Sequence[str], idempotency_key: str) -> Json:
        path = _at("journeys", journey, "enrollments")
        return dict(self._send("POST", path, {"contacts": list(contacts)}, **{"Idempotency-Key": idempotency_key}))

    def funnel(self, journey: str, *, version: int | None = None, since: str = "", until: str = "") -> Json:
        path = _at("journeys", journey, "funnel")
        return dict(self._get(path, version=version, **{"from": since, "to": until}) or {})

    def examples(self) -> list[Json]:
        return self._page("/v1/examples").items

    def node_types(self) -> list[Json]:
        return self._page("/v1/nodes").items

    def health(self) -> list[Json]:
        """What is stuck, late or broken, the worst first."""
        return self._page("/v1/health").items

    def schemas(self) -> Json:
        """The schema of a journey's settings, and the operators of rules."""
        return dict(self._get("/v1/schemas") or {})

    # What forms offer

    def attributes(self) -> Json:
        """Attributes that contacts really have, with types and samples; their tags."""
        return dict(self._get("/v1/attributes") or {})

    def event_names(self) -> Json:
        return dict(self._get("/v1/events/names") or {})

    def segments(self) -> list[Json]:
        return self._page("/v1/segments").items

    def pools(self) -> list[Json]:
        return self._page("/v1/coupons").items

    def messengers(self) -> Json:
        """Connected accounts, and under `messengers` what each messenger takes."""
        return dict(self._get("/v1/channels") or {})

    def match_replies(self, question: Mapping[str, Any]) -> list[Json]:
        """Which branch the last replies would take."""
        return list(self._send("POST", "/v1/replies/match", question)["items"])

    # Contacts

    def contacts(self, *, search: str = "", limit: int = 25, after: str | None = None) -> Page:
        return self._page("/v1/contacts", search=search, limit=limit, after=after)

    def contact(self, contact: str) -> Json:
        return dict(self._get(_at("contacts", contact)))

    def save_contact(self, contact: Mapping[str, Any]) -> Json:
        return dict(self._send("PUT", "/v1/contacts", {"contacts": [contact]}))

    def erase_contact(self, contact: str) -> bool:
        self._send("DELETE", _at("contacts", contact))
        return True

    def timeline(self, contact: str, *, limit: int = 50, after: str | None = None) -> Page:
        return self._page(_at("contacts", contact, "timeline"), limit=limit, after=after)

    def consents(self, contact: str) -> list[Json]:
        return self._page(_at("contacts", contact, "consents")).items

    def give_consent(self, contact: str, consent: Mapping[str, Any]) -> Json:
        return dict(self._send("POST", _at("contacts", contact, "consents"), consent) or {})

    def enrollments(
        self, *, journey: str = "", contact: str = "", limit: int = 50, after: str | None = None, **chosen: str
    ) -> Page:
        """`chosen`: status, node, search, order."""
        return self._page("/v1/enrollments", journey=journey, contact=contact, limit=limit, after=after, **chosen)

    def import_contacts(self, name: str, content: bytes, mapping: Mapping[str, str], consent_text: str = "") -> Json:
        """Begins an import; `mapping` says what each column of the file is, an empty name leaves it out."""
        return dict(
            self._wire.ask(
                "POST",
                "/v1/imports",
                files={"file": (name, content, "text/csv")},
                data={"mapping": json.dumps(mapping), "consent_text": consent_text},
                language=language(),
            )
        )

    def import_state(self, number: str) -> Json:
        return dict(self._get(_at("imports", number)))

    # Channels and keys

    def channels(self) -> list[Json]:
        return self._page("/v1/channels").items

    def connect_account(self, channel: str, account: str, body: Mapping[str, Any]) -> Json:
        """Checks the token with the messenger and keeps the account; the answer says what is left to paste there."""
        return dict(self._send("PUT", _at("channels", channel, account), body))

    def set_account(self, channel: str, account: str, action: str) -> None:
        """`pause` or `resume`."""
        self._send("POST", _at("channels", channel, account, action))

    def api_keys(self) -> list[Json]:
        return self._page("/v1/keys").items

    def make_key(self, name: str, role: str) -> Json:
        """The answer holds the key itself, for the only time."""
        return dict(self._send("POST", "/v1/keys", {"name": name, "role": role}))

    def revoke_key(self, key: str) -> None:
        self._send("DELETE", _at("keys", key))

    # Sandbox

    def clock(self) -> Json | None:
        """The sandbox's clock, or None where there is no sandbox."""
        try:
            return dict(self._get("/sandbox/clock"))
        except Missing:
            return None

    def advance(self, by: str) -> Json:
        return dict(self._send("POST", "/sandbox/clock/advance", {"by": by}) or {})

    def phone(self, channel: str, address: str) -> Json:
        return dict(self._get(_phone(channel, address)))

    def press(self, channel: str, address: str, action: str, body: Mapping[str, Any] | None = None) -> Json:
        """`reply` with text or button, `block`, `unblock`, `start`."""
        return dict(self._send("POST", f"{_phone(channel, address)}/{action}", body or {}) or {})


def _at(noun: str, *parts: str) -> str:
    return "/".join(("/v1", noun, *(quote(part, safe="") for part in parts)))


def _phone(channel: str, address: str) -> str:
    return f"/sandbox/phones/{quote(channel, safe='')}/{quote(address, safe='')}"


def everything(read: Any, **params: Any) -> Iterator[Json]:
    """All items of a paged list, one page after another."""
    after = None
    while True:
        page: Page = read(after=after, **params)
        yield from page.items
        if page.next is None:
            return
        after = page.next


@st.cache_resource(show_spinner=False)
def _backend_at(url: str, key: str | None, home: str | None) -> Backend:
    environment = {"TROPA_UI_KEY": key or "", "TROPA_HOME": home or ""}
    found: Key = key_from_environment(environment)
    return Backend(Wire(url, found))


def backend() -> Backend:
    """The API at `TROPA_API_URL`."""
    env = os.environ
    return _backend_at(env.get("TROPA_API_URL") or DEFAULT_URL, env.get("TROPA_UI_KEY"), env.get("TROPA_HOME"))
