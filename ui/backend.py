"""What the pages ask of the API, a method per question."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from ui.authoring_doors import AuthoringDoors
from ui.doors import Checked, Draft, Page, at
from ui.people_doors import PeopleDoors
from ui.trouble import Missing
from ui.wire import DEFAULT_URL, Key, Wire, key_from_environment

__all__ = ["Backend", "Checked", "Draft", "Page", "backend", "everything"]
Json = dict[str, Any]


class Backend(AuthoringDoors, PeopleDoors):
    """The API's doors. Every method raises `ui.trouble.Trouble`."""

    # Numbers for the first page

    def overview(self) -> Json:
        return dict(self._get("/v1/overview") or {})

    # Journeys

    def journeys(
        self, *, search: str = "", status: str = "", entry: str = "", limit: int = 20, after: str | None = None
    ) -> Page:
        """`entry="schedule"`: those that contacts enter by a schedule, with the plan of each."""
        return self._page("/v1/journeys", search=search, status=status, entry=entry, limit=limit, after=after)

    def journey(self, journey: str) -> Json:
        """One journey; `document` and `version` are those that are live, if any."""
        return dict(self._get(at("journeys", journey)))

    def create_journey(self, document: Mapping[str, Any]) -> Json:
        return dict(self._send("POST", "/v1/journeys", document))

    def draft(self, journey: str) -> Draft:
        answer = self._get(at("journeys", journey, "draft"))
        return Draft(answer["document"], str(answer["revision"]))

    def save_draft(self, journey: str, document: Mapping[str, Any], revision: str) -> str:
        """The new revision; Conflict when the draft has changed since `revision`."""
        path = at("journeys", journey, "draft")
        return str(self._send("PUT", path, {"document": document}, **{"If-Match": revision})["revision"])

    def check(self, journey: str, document: Mapping[str, Any]) -> Checked:
        answer = self._send("POST", at("journeys", journey, "check"), {"document": document}) or {}
        return Checked(list(answer.get("problems") or []), dict(answer.get("nodes") or {}))

    def act(self, journey: str, action: str, body: Mapping[str, Any] | None = None) -> Json:
        """`publish`, `pause`, `resume` or `stop`."""
        return dict(self._send("POST", at("journeys", journey, action), body or {}) or {})

    def versions(self, journey: str) -> list[Json]:
        return self._page(at("journeys", journey, "versions")).items

    def enroll(self, journey: str, contacts: Sequence[str], idempotency_key: str) -> Json:
        path = at("journeys", journey, "enrollments")
        return dict(self._send("POST", path, {"contacts": list(contacts)}, **{"Idempotency-Key": idempotency_key}))

    def funnel(self, journey: str, *, version: int | None = None, since: str = "", until: str = "") -> Json:
        path = at("journeys", journey, "funnel")
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

    def segments(self, *, limit: int = 1000, after: str | None = None) -> Page:
        """Their ids and names."""
        return self._page("/v1/segments", names="true", limit=limit, after=after)

    def pools(self) -> list[Json]:
        return self._page("/v1/coupons").items

    def messengers(self) -> Json:
        """Connected accounts, and under `messengers` what each messenger takes."""
        return dict(self._get("/v1/channels") or {})

    def match_replies(self, question: Mapping[str, Any]) -> list[Json]:
        """Which branch the last replies would take."""
        return list(self._send("POST", "/v1/replies/match", question)["items"])

    # Channels and keys

    def channels(self) -> list[Json]:
        return self._page("/v1/channels").items

    def connect_account(self, channel: str, account: str, body: Mapping[str, Any]) -> Json:
        """Checks the token with the messenger and keeps the account; the answer says what is left to paste there."""
        return dict(self._send("PUT", at("channels", channel, account), body))

    def set_account(self, channel: str, account: str, action: str) -> None:
        """`pause` or `resume`."""
        self._send("POST", at("channels", channel, account, action))

    def api_keys(self) -> list[Json]:
        return self._page("/v1/keys").items

    def make_key(self, name: str, role: str) -> Json:
        """The answer holds the key itself, for the only time."""
        return dict(self._send("POST", "/v1/keys", {"name": name, "role": role}))

    def revoke_key(self, key: str) -> None:
        self._send("DELETE", at("keys", key))

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
