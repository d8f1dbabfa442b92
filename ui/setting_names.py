"""What a setting is called on the forms: a path as `questions.0.text` in the words of the kind's own schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ui.backend import backend
from ui.canvas.kinds import kinds, settings_schema
from ui.language import _, language
from ui.trouble import Trouble
from ui.words import plain

Json = Mapping[str, Any]


def setting_name(document: Json, node: object, path: str) -> str:
    """`Questions › 1 › Text`; without a step it is a setting of the journey. What no schema names stays as it is."""
    if path == "title":
        return _("Title")
    url, code = backend().url, language()
    try:
        if node:
            of = {one["id"]: one["kind"] for one in document.get("nodes", ())}.get(str(node))
            schema: Json = next((one["schema"] for one in kinds(url, code) if one["kind"] == of), {})
        else:
            schema = settings_schema(url, code)
    except Trouble:
        schema = {}
    return " › ".join(_names(schema, [part for part in path.split(".") if part]))


def _names(schema: Json, parts: list[str]) -> Iterator[str]:
    here = schema
    for part in parts:
        shapes = list(_shapes(here, schema))
        if part.isdigit():
            here = next((one["items"] for one in shapes if isinstance(one.get("items"), Mapping)), {})
            yield str(int(part) + 1)
        else:
            found: Json = next((one["properties"][part] for one in shapes if part in one.get("properties", {})), {})
            yield str(found.get("title") or plain(part))
            here = found


def _shapes(one: Json, root: Json) -> Iterator[Json]:
    """A schema and all that it may be."""
    if "$ref" in one:
        one = root.get("$defs", {}).get(str(one["$ref"]).rpartition("/")[2], {})
    yield one
    for each in one.get("anyOf") or ():
        yield from _shapes(each, root)
