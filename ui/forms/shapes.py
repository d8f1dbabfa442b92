"""A JSON Schema of settings read into fields that a form can draw; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Schema = Mapping[str, Any]
Shape = Literal[
    "text", "longtext", "number", "flag", "choice", "choices", "duration", "patience", "instant", "clock", "clocks",
    "texts", "rows", "group", "channels", "rule", "rules", "pairs", "late", "json",
]  # fmt: skip
#: Hints of the schema that name a shape outright.
WIDGETS: Mapping[str, Shape] = {
    "textarea": "longtext",
    "channels": "channels",
    "rule": "rule",
    "rules": "rules",
    "patience": "patience",
    "attributes": "pairs",
    "json": "json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting: what it is called, what it may hold, how it is drawn."""

    name: str
    title: str
    shape: Shape
    help: str = ""
    required: bool = False
    #: Whether it may be empty: nothing, rather than an empty text.
    nullable: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False
    longest: int | None = None
    least: int = 0
    most: int | None = None
    hint: str = ""
    fields: tuple[Field, ...] = ()


def fields_of(schema: Schema) -> tuple[Field, ...]:
    """The fields of an object's schema, in its order."""
    return _fields(schema, schema.get("$defs") or {})


def blank(fields: tuple[Field, ...], taken: Mapping[str, set[str]] | None = None) -> dict[str, Any]:
    """Values for a new object: what is required, with names that are not taken among its neighbours."""
    made: dict[str, Any] = {}
    for field in fields:
        if field.name in ("id", "exit") and field.required:
            made[field.name] = _free(field.name, (taken or {}).get(field.name, set()))
        elif field.required:
            made[field.name] = empty(field)
    return made


def empty(field: Field) -> Any:
    """The emptiest value of a field's shape that a form can begin with."""
    if field.default is not None:
        return field.default
    begins: dict[Shape, Any] = {
        "number": field.low if field.low is not None else 0,
        "flag": False,
        "choice": field.choices[0] if field.choices else "",
        "duration": "P1D",
        "patience": "P1D",
        "clock": "09:00",
    }
    if field.shape in ("rule", "pairs", "json", "group"):
        return blank(field.fields) if field.shape == "group" else {}
    if field.shape in ("choices", "texts", "channels", "rules"):
        return []
    if field.shape == "rows":
        rows: list[dict[str, Any]] = []
        for _number in range(field.least):
            rows.append(blank(field.fields, names_in(rows)))
        return rows
    return begins.get(field.shape, "")


def names_in(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Ids and exits that rows already use."""
    return {name: {str(row.get(name)) for row in rows} for name in ("id", "exit")}


def _free(name: str, taken: set[str]) -> str:
    base = "way" if name == "exit" else "b"
    number = 1
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"


def _fields(schema: Schema, defs: Schema) -> tuple[Field, ...]:
    required = set(schema.get("required") or ())
    return tuple(_field(name, one, name in required, defs) for name, one in (schema.get("properties") or {}).items())


def _field(name: str, schema: Schema, required: bool, defs: Schema) -> Field:
    core, nullable = _core(schema, defs)
    inner: tuple[Field, ...] = ()
    shape = _shape(schema, core, defs)
    if shape == "group":
        inner = _fields(core, defs)
    elif shape == "rows":
        inner = _fields(_resolved(core["items"], defs), defs)
    low, high = core.get("minimum", core.get("exclusiveMinimum")), core.get("maximum", core.get("exclusiveMaximum"))
    return Field(
        name=name,
        title=str(schema.get("title") or core.get("title") or name.replace("_", " ").capitalize()),
        shape=shape,
        help=str(schema.get("description") or ""),
        required=required,
        nullable=nullable,
        default=schema.get("default"),
        choices=_choices(core, defs),
        low=low,
        high=high,
        whole=core.get("type") == "integer",
        longest=core.get("maxLength"),
        least=int(core.get("minItems") or 0),
        most=core.get("maxItems"),
        hint=str(schema.get("widget") or ""),
        fields=inner,
    )


def _resolved(schema: Schema, defs: Schema) -> Schema:
    ref = schema.get("$ref")
    return defs.get(str(ref).rsplit("/", 1)[-1], {}) if ref else schema


def _core(schema: Schema, defs: Schema) -> tuple[Schema, bool]:
    """What a schema holds when it holds something, and whether it may hold nothing."""
    options = schema.get("anyOf")
    if options is None:
        wrapped = schema.get("allOf")
        return _resolved(wrapped[0] if wrapped else schema, defs), False
    full = [_resolved(one, defs) for one in options if one.get("type") != "null"]
    return (full[0] if len(full) == 1 else {"anyOf": full}), len(full) < len(options)


def _choices(core: Schema, defs: Schema) -> tuple[str, ...]:
    within = _resolved(core.get("items") or {}, defs) if core.get("type") == "array" else core
    if "const" in within:
        return (str(within["const"]),)
    return tuple(str(one) for one in within.get("enum") or ())


def _shape(schema: Schema, core: Schema, defs: Schema) -> Shape:
    hinted = WIDGETS.get(str(schema.get("widget") or core.get("widget") or ""))
    if hinted:
        return hinted
    if "anyOf" in core:
        return "late" if any("skip_if_later_than" in (one.get("properties") or {}) for one in core["anyOf"]) else "json"
    kind = core.get("type")
    if kind == "array":
        return _list_shape(core, defs)
    if kind == "object":
        return "group" if core.get("properties") else "pairs"
    if core.get("enum") or "const" in core:
        return "choice"
    simple: dict[Any, Shape] = {"boolean": "flag", "integer": "number", "number": "number", "string": _text_shape(core)}
    return simple.get(kind, "json")


def _text_shape(core: Schema) -> Shape:
    formats: dict[str, Shape] = {"duration": "duration", "date-time": "instant", "time": "clock"}
    if "2[0-3]" in str(core.get("pattern") or ""):
        return "clock"
    return formats.get(str(core.get("format") or ""), "text")


def _list_shape(core: Schema, defs: Schema) -> Shape:
    pair = core.get("prefixItems")
    if pair:
        return "clocks" if len(pair) == 2 and all(_text_shape(one) == "clock" for one in pair) else "json"
    items = _resolved(core.get("items") or {}, defs)
    if items.get("properties"):
        return "rows"
    if items.get("enum"):
        return "choices"
    return "texts" if items.get("type") == "string" else "json"
