"""What the pages ask of a journey's history, its rehearsals and its tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ui.doors import Doors, Page

Json = dict[str, Any]


class AuthoringDoors(Doors):
    """The doors of authoring, for `ui.backend.Backend`."""

    def version(self, journey: str, number: int) -> Json:
        """A published version with its document."""
        return dict(self._get(f"{_journey(journey)}/versions/{number}"))

    def revisions(self, journey: str, *, limit: int = 20, after: str | None = None) -> Page:
        """Saved states of the draft, newest first."""
        return self._page(f"{_journey(journey)}/draft/revisions", limit=limit, after=after)

    def restore(self, journey: str, body: Mapping[str, int]) -> Json:
        """Makes a version or a saved state the draft again."""
        return dict(self._send("POST", f"{_journey(journey)}/draft/restore", body))

    def diff(self, journey: str, since: str = "", until: str = "draft") -> Json:
        """What changes between two of `draft`, `3` and `r17`; from the live version if unsaid."""
        return dict(self._get(f"{_journey(journey)}/diff", **{"from": since, "to": until}))

    def rehearse(self, journey: str, script: Mapping[str, Any], contact: str = "") -> Json:
        """Plays a script; with a contact's id it begins from that contact."""
        body: Json = {"journey": journey, "script": script}
        return dict(self._send("POST", "/v1/rehearsals", {**body, "contact": contact} if contact else body))

    def tests(self, journey: str) -> list[Json]:
        """The tests of a journey."""
        return list(self._get(f"{_journey(journey)}/tests").get("items") or [])

    def keep_test(self, journey: str, name: str, script: Mapping[str, Any]) -> Json:
        """Keeps a rehearsal as a test."""
        return dict(self._send("PUT", f"{_journey(journey)}/tests/{quote(name, safe='')}", {"script": script}))

    def drop_test(self, journey: str, name: str) -> None:
        """Lets go of a test."""
        self._send("DELETE", f"{_journey(journey)}/tests/{quote(name, safe='')}")

    def read_file(self, text: str, form: str) -> Json:
        """The journey and the tests that a file holds, `yaml` or `json`."""
        return dict(self._send("POST", "/v1/journeys/read", {"text": text, "format": form}))

    def bring_in(self, document: Mapping[str, Any], tests: list[Json]) -> Json:
        """A new journey of a document, with its tests."""
        made = dict(self._send("POST", "/v1/journeys", document))
        for one in tests:
            body = {name: one[name] for name in ("script", "expect") if name in one}
            self._send("PUT", f"{_journey(str(made['id']))}/tests/{quote(str(one['name']), safe='')}", body)
        return made

    def run_tests(self, journey: str) -> Json:
        """Runs every test on the draft."""
        return dict(self._send("POST", f"{_journey(journey)}/tests/run", {}))

    def test_send(self, journey: str, node: str, contact: str) -> Json:
        """Sends one message of the draft to a contact."""
        return dict(self._send("POST", f"{_journey(journey)}/test-send", {"node": node, "contact": contact}))

    def migrate(self, journey: str, nodes: Mapping[str, Any], *, dry_run: bool) -> Json:
        """Moves those inside older versions to the live one; a dry run only tells where they would go."""
        body = {"nodes": dict(nodes), "dry_run": dry_run}
        return dict(self._send("POST", f"{_journey(journey)}/migrate", body))

    def eject(self, journey: str, *, contacts: list[str] | None = None, node: str = "") -> int:
        """Takes contacts out of a journey; how many there were."""
        body: Json = {"journey": journey}
        body |= {"contacts": contacts} if contacts else {}
        body |= {"node": node} if node else {}
        return int(self._send("POST", "/v1/enrollments/eject", body).get("ejected") or 0)

    def send_to(self, journey: str, to: str, *, contacts: list[str] | None = None, node: str = "") -> int:
        """Moves contacts inside a journey to another step; how many there were."""
        body: Json = {"journey": journey, "to": to}
        body |= {"contacts": contacts} if contacts else {}
        body |= {"node": node} if node else {}
        return int(self._send("POST", "/v1/enrollments/move", body).get("moved") or 0)


def _journey(journey: str) -> str:
    return f"/v1/journeys/{quote(journey, safe='')}"
