"""Journeys as files: YAML or JSON in a stable order, the same document when read again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from journeys.graph import Settings
from nodes import registry

SUFFIXES = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}
TOP = ("directed", "multigraph", "graph", "nodes", "edges")
NODE = ("id", "kind", "title", "settings", "x", "y")
EDGE = ("source", "key", "target")


class FileRefused(ValueError):
    """This file holds no journey."""


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain words: `yes`, `09:00` and `2030-01-31` are texts, as whoever writes them means."""


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are read."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


#: Narrower than what the dumper puts into quotes, so that every text comes back as a text.
_PLAIN = (
    ("tag:yaml.org,2002:null", re.compile(r"(?:null|~|)\Z"), ["n", "~", ""]),
    ("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf")),
    ("tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z"), list("-+0123456789")),
    ("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?\Z"), list("-+0123456789")),
)
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def read_file(path: Path) -> dict[str, Any]:
    """The document in a file, without the journey's tests. Raises FileRefused, which says where it breaks."""
    return read_whole(path)[0]


def read_whole(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document in a file, and the journey's tests that stand there. Raises FileRefused."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefused(f"{path} cannot be read: {error}.") from error
    return apart(read_text(text, SUFFIXES.get(path.suffix.lower(), "yaml")))


def apart(whole: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a file holds, taken apart: the document, and the journey's tests. Raises FileRefused."""
    tests = whole.pop("tests", [])
    if not isinstance(tests, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in tests
    ):
        raise FileRefused("The tests of a journey are a list, each with a name, a script and what is expected.")
    return whole, tests


def together(document: Mapping[str, Any], tests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a file holds: the document and, if there are any, the journey's tests."""
    kept = [{name: one[name] for name in ("name", "script", "expect")} for one in tests]
    return {**document, "tests": kept} if kept else dict(document)


def read_text(text: str, form: str) -> dict[str, Any]:
    """The document in a text of the form `yaml` or `json`. Raises FileRefused."""
    try:
        document = json.loads(text) if form == "json" else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise FileRefused(_unreadable(form.upper(), error)) from error
    if not isinstance(document, dict) or not isinstance(document.get("nodes"), list):
        raise FileRefused("This file holds no journey: it has no list of nodes.")
    return document


def _unreadable(form: str, error: Exception) -> str:
    """Where a text breaks off from its form, counted as editors count."""
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    if isinstance(error, json.JSONDecodeError):
        line, column = error.lineno, error.colno
    return (
        f"This is not {form}: line {line}, column {column} cannot be read." if line else f"This is not {form}: {error}."
    )


def written(document: Mapping[str, Any], form: str) -> str:
    """A document as text; keys stand in the order of the forms, steps and edges in their own."""
    whole = ordered(document)
    if form == "json":
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    return str(
        yaml.dump(whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False)
    )


def ordered(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same document with its keys in the order in which people read them."""
    whole = _sorted(document, TOP)
    if isinstance(whole.get("graph"), Mapping):
        whole["graph"] = _sorted(whole["graph"], tuple(Settings.model_fields))
    for part, order in (("nodes", _node), ("edges", lambda edge: _sorted(edge, EDGE))):
        if isinstance(whole.get(part), Sequence):
            whole[part] = [order(each) if isinstance(each, Mapping) else each for each in whole[part]]
    return whole


def _node(node: Mapping[str, Any]) -> dict[str, Any]:
    whole = _sorted(node, NODE)
    kind = registry().get(str(whole.get("kind")))
    if kind is not None and isinstance(whole.get("settings"), Mapping):
        names = tuple(field.alias or name for name, field in kind.model_fields.items())
        whole["settings"] = _sorted(whole["settings"], names)
    return whole


def _sorted(values: Mapping[str, Any], first: Sequence[str]) -> dict[str, Any]:
    names = [name for name in first if name in values]
    return {name: values[name] for name in (*names, *(name for name in values if name not in first))}
