"""How the pages ask the API anything: one question, one page of a list, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ui.language import language
from ui.wire import Wire

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


class Doors:
    """The line to the API. Every method raises `ui.trouble.Trouble`."""

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

    def text(self, path: str) -> str:
        """An answer that is no JSON: a picture as SVG, a journey as a file."""
        return self._wire.text(path)


def at(noun: str, *parts: str) -> str:
    """The path of a noun and what is under it."""
    return "/".join(("/v1", noun, *(quote(part, safe="") for part in parts)))
