"""What the pages ask about contacts: found, changed, their timelines, consents and trips, and brought in from files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ui.doors import Doors, Page, at
from ui.language import language

Json = dict[str, Any]


class PeopleDoors(Doors):
    """The doors of contacts, for `ui.backend.Backend`."""

    def contacts(self, *, search: str = "", limit: int = 25, after: str | None = None) -> Page:
        return self._page("/v1/contacts", search=search, limit=limit, after=after)

    def contact(self, contact: str) -> Json:
        return dict(self._get(at("contacts", contact)))

    def save_contact(self, contact: Mapping[str, Any]) -> Json:
        return dict(self._send("PUT", "/v1/contacts", {"contacts": [contact]}))

    def erase_contact(self, contact: str) -> bool:
        self._send("DELETE", at("contacts", contact))
        return True

    def timeline(self, contact: str, *, limit: int = 50, after: str | None = None) -> Page:
        return self._page(at("contacts", contact, "timeline"), limit=limit, after=after)

    def consents(self, contact: str) -> list[Json]:
        return self._page(at("contacts", contact, "consents")).items

    def give_consent(self, contact: str, consent: Mapping[str, Any]) -> Json:
        return dict(self._send("POST", at("contacts", contact, "consents"), consent) or {})

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
        return dict(self._get(at("imports", number)))
