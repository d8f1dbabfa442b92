"""Web request: ask or tell another system over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from nodes.base import Node, Tell
from nodes.visit import Call, Called, Decision, Leave, Set, Stay, Visit

#: How long a trip sleeps before it looks again whether its request was answered; the answer itself wakes it.
LOOK_AGAIN = timedelta(hours=1)
#: The longest text that is kept of an answer.
LONGEST_TEXT = 8_000


class Webhook(Node, kind="webhook", icon="🌐"):
    """Sends a request to another system and goes on when it has answered.

    An answer of 200 to 299 leaves by `ok`, anything else by `failed`, after it was tried again a few times. The
    address, the headers and every text of the body are templates. What is to be kept of a JSON answer is named by its
    path, as `order.items.0.name`. The same request may arrive twice: its header Idempotency-Key tells. Only systems
    that the installation allows are called.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field("POST", title="Method")
    url: str = Field(title="Address", min_length=8, max_length=2000, description="https://…, at an allowed host.")
    headers: dict[str, str] = Field(
        default_factory=dict, title="Headers", max_length=20, json_schema_extra={"widget": "json"}
    )
    body: Any = Field(
        None, title="Body", description="JSON; its texts are templates.", json_schema_extra={"widget": "json"}
    )
    save: dict[str, str] = Field(
        default_factory=dict,
        title="Keep of the answer",
        description="Attribute of the contact: path in the answer.",
        max_length=20,
        json_schema_extra={"widget": "json"},
    )
    timeout: timedelta = Field(
        timedelta(seconds=5), title="Wait for the answer", gt=timedelta(0), le=timedelta(seconds=30)
    )
    tries: int = Field(3, title="Tries", ge=1, le=5)

    @field_validator("url")
    @classmethod
    def _with_a_host(cls, url: str) -> str:
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0].partition("?")[0]
        if scheme not in ("https", "http") or not host or "{" in host or "@" in host:
            raise ValueError("an address starts with https:// and a host that is no template")
        return url

    def exits(self) -> tuple[str, ...]:
        return ("ok", "failed")

    def sentence(self) -> str:
        return f"{self.method} {self.url.partition('://')[2].partition('?')[0][:60]}"

    def templates(self) -> Iterable[tuple[str, str]]:
        yield "url", self.url
        yield from ((f"headers.{name}", value) for name, value in self.headers.items())
        yield from _texts(self.body, "body")

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        if not isinstance(visit.heard, Called):
            return "Waits for the other system."
        if not visit.heard.ok:
            return "The other system did not answer well."
        names = ", ".join(visit.heard.values)
        return f"The other system answered; kept of it: {names}." if names else "The other system answered."

    def decide(self, visit: Visit) -> Leave | Stay:
        if visit.arriving:
            call = Call(
                method=self.method,
                url=str(visit.render(self.url)),
                headers={name: str(visit.render(value)) for name, value in self.headers.items()},
                body=_filled(self.body, visit),
                save=self.save,
                timeout=self.timeout,
                tries=self.tries,
            )
            return Stay(visit.now + LOOK_AGAIN, "webhook", (call,))
        if not isinstance(visit.heard, Called):
            return Stay(visit.now + LOOK_AGAIN, "webhook")
        if not visit.heard.ok:
            return Leave("failed")
        return Leave("ok", (Set(attributes=visit.heard.values),) if visit.heard.values else ())


def kept(answer: Any, save: Mapping[str, str]) -> dict[str, Any]:
    """What is to be kept of a JSON answer: plain values at their paths; what is not there is left out."""
    found = {name: _at(answer, path) for name, path in save.items()}
    return {name: value for name, value in found.items() if value is not None}


def _at(answer: Any, path: str) -> str | int | float | bool | None:
    for step in path.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdigit() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    if isinstance(answer, str):
        return answer.replace("\0", "")[:LONGEST_TEXT]
    return answer if isinstance(answer, bool | int | float) else None


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(each, f"{path}.{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, f"{path}.{number}")


def _filled(value: Any, visit: Visit) -> Any:
    """The body with its templates filled in; a text that is one expression keeps its type."""
    if isinstance(value, str):
        return visit.render(value)
    if isinstance(value, Mapping):
        return {name: _filled(each, visit) for name, each in value.items()}
    return [_filled(each, visit) for each in value] if isinstance(value, list) else value
