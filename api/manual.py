"""The API's manual as one plain page: made of the schema, with nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2a24}
h1{color:#0c7c5a} h2{margin-top:2.5rem;text-transform:capitalize} details{border:1px solid #dde5e1;border-radius:8px;
margin:.4rem 0;padding:.4rem .8rem} summary{cursor:pointer} code{font:14px ui-monospace,monospace}
.m{display:inline-block;min-width:4rem;font-weight:600;color:#0c7c5a} table{border-collapse:collapse}
td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top} p{white-space:pre-line}
@media(prefers-color-scheme:dark){body{background:#12201b;color:#dfe9e4} details{border-color:#2c3f37}}
"""


def page(request: Request) -> HTMLResponse:
    """Every door: what it is for, what it takes."""
    schema: dict[str, Any] = request.app.openapi()
    sections: dict[str, list[str]] = {}
    for path, methods in schema["paths"].items():
        for method, door in methods.items():
            tag = (door.get("tags") or ["other"])[0]
            sections.setdefault(tag, []).append("".join(_door(schema, method, path, door)))
    body = "".join(f"<h2>{escape(tag)}</h2>{''.join(doors)}" for tag, doors in sections.items())
    intro = escape(schema["info"]["description"])
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Tropa API</title><style>{STYLE}</style>'
        f"<h1>Tropa API</h1><p>{intro} Send your key as <code>Authorization: Bearer KEY</code>."
        f' The same for machines: <a href="/openapi.json">openapi.json</a>.</p>{body}</html>'
    )


def _door(schema: Mapping[str, Any], method: str, path: str, door: Mapping[str, Any]) -> Iterator[str]:
    yield f'<details><summary><span class="m">{method.upper()}</span> <code>{escape(path)}</code></summary>'
    yield f"<p>{escape(door.get('description') or door.get('summary') or '')}</p>"
    fields = [(each["name"], each["in"], _kind(each.get("schema", {}))) for each in door.get("parameters", ())]
    for media, content in (door.get("requestBody") or {}).get("content", {}).items():
        fields += [(name, f"body, {media}", _kind(each)) for name, each in _fields(schema, content["schema"])]
    if fields:
        cells = "".join(
            f"<tr>{''.join(f'<td><code>{escape(cell)}</code></td>' for cell in row)}</tr>" for row in fields
        )
        yield f"<table>{cells}</table>"
    yield "</details>"


def _fields(schema: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The named parts of a body; a body that may be absent is its present form."""
    for option in body.get("anyOf", [body]):
        name = option.get("$ref", "").rpartition("/")[2]
        whole = schema["components"]["schemas"].get(name, option)
        yield from whole.get("properties", {}).items()


def _kind(field: Mapping[str, Any]) -> str:
    options = [_kind(each) for each in field.get("anyOf", ())]
    if options:
        return " or ".join(options)
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    values = " · ".join(map(str, field.get("enum", ())))
    return values or str(field.get("format") or field.get("type") or "any")
