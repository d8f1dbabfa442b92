"""What forms offer: attributes and events that really occur, and which branch the last replies would take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.doors import Authorised, Shared
from nodes.matching import Branch, Option, Said, choose
from store import vocabulary
from store.tables.columns import instant

router = APIRouter(prefix="/v1", tags=["catalogue"])
SAMPLES = 5
REPLIES = 50


class OptionIn(BaseModel):
    """A button as it was shown."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=60)
    title: str = Field(max_length=200)


class MatchIn(BaseModel):
    """Branches of an answer step, and the buttons that were offered before it."""

    model_config = ConfigDict(extra="forbid")

    branches: list[Branch] = Field(max_length=20)
    options: list[OptionIn] = Field(default_factory=list, max_length=40)
    #: One answer to try before the real ones.
    text: Annotated[str, Field(max_length=1000)] = ""


@router.get("/attributes")
def list_attributes(project: Shared, _: Authorised) -> dict[str, Any]:
    """Attributes of the newest contacts with type and sample values, the commonest first; and their tags."""
    with project.database.read() as connection:
        found = vocabulary.newest_contacts(connection)
    tags = sorted({tag for _attributes, own in found for tag in own})
    return {"items": described(attributes for attributes, _tags in found), "tags": tags, "next": None}


@router.get("/events/names")
def list_events(project: Shared, _: Authorised) -> dict[str, Any]:
    """Names of the newest events, each with its properties' types and sample values."""
    with project.database.read() as connection:
        found = vocabulary.newest_events(connection)
    named: dict[str, list[Mapping[str, Any]]] = {}
    for name, properties in found:
        named.setdefault(name, []).append(properties)
    items = [{"name": name, "properties": described(each)} for name, each in sorted(named.items())]
    return {"items": items, "next": None}


@router.post("/replies/match")
def match_replies(body: MatchIn, project: Shared, _: Authorised) -> dict[str, Any]:
    """Which branch the last replies would take, newest first, each text once; nothing is saved."""
    with project.database.read() as connection:
        rows = vocabulary.newest_replies(connection, REPLIES)
        today = project.now(connection).date()
    said: dict[tuple[str, str, str], tuple[Said, date]] = {}
    if body.text.strip():
        said[(body.text, "", "")] = (Said(text=body.text), today)
    for row in rows:
        heard = Said(text=row.text or "", button=row.button, media=row.media)
        said.setdefault((heard.text, heard.button or "", heard.media or ""), (heard, instant(row.at).date()))
    options = [Option(id=each.id, title=each.title) for each in body.options]
    titles = {option.id: option.title for option in options}
    items = []
    for heard, day in said.values():
        match = choose(body.branches, heard, options, day)
        shown = heard.text or titles.get(heard.button or "", heard.button or "") or heard.media or ""
        exit_, why = (match.exit, match.why) if match else ("something_else", "")
        items.append({"text": shown, "exit": exit_, "why": why})
    return {"items": items, "next": None}


def described(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Names in the values with the commonest type of each and a few different samples."""
    seen: dict[str, list[Any]] = {}
    for each in found:
        for name, value in _flat(each):
            seen.setdefault(name, []).append(value)
    items = []
    for name, values in sorted(seen.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        types = [type_of(value) for value in values]
        different = list(dict.fromkeys(repr(value) for value in values))
        samples = [next(value for value in values if repr(value) == each) for each in different[:SAMPLES]]
        items.append({"name": name, "type": max(types, key=types.count), "known": len(values), "samples": samples})
    return items


def _flat(value: Mapping[str, Any], root: str = "") -> Iterator[tuple[str, Any]]:
    for name, each in value.items():
        if isinstance(each, Mapping):
            yield from _flat(each, f"{root}{name}.")
        elif each is not None:
            yield f"{root}{name}", each


def type_of(value: Any) -> str:
    """What rules call a value: text, number, flag, date or list."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "list"
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return "text"
    return "date" if len(str(value)) >= len("2026-01-31") and "-" in str(value) else "text"
