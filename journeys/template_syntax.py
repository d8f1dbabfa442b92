"""What a template may hold: limits, names, and how Jinja's syntax tree is read."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jinja2 import nodes

from journeys.filters import FILTERS, written
from journeys.plain_data import MAX_TEXT, TemplateRefused

MAX_SOURCE = 8000
MAX_NODES = 400
MAX_DEPTH = 25
#: What a template may name; inside a loop also the loop's own variable.
ROOTS = ("contact", "event", "answers", "coupon", "links")
TESTS = ("defined", "undefined", "none", "string", "number", "even", "odd")
LOOP_FACTS = ("index", "index0", "first", "last", "length")

Step = str | int


@dataclass(slots=True)
class Reading:
    """A template that was read: its problems, or a tree in which every variable is `var_<n>` and each step guarded."""

    problems: list[str] = field(default_factory=list)
    body: list[nodes.Node] = field(default_factory=list)
    #: Where each `var_<n>` is found in the context.
    paths: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    #: Variables that stand somewhere without a default.
    bare: set[str] = field(default_factory=set)
    #: The one expression that the whole template is, if it is one.
    single: nodes.Expr | None = None

    def names(self) -> frozenset[str]:
        return frozenset(dotted(path) for path in self.paths.values())


def dotted(path: Iterable[Step]) -> str:
    """`contact.first_name`."""
    return ".".join(map(str, path))


def size_problem(tree: nodes.Template) -> str | None:
    """Whether the tree has too many parts, too many floors or too many words; walked without recursion."""
    left: list[tuple[nodes.Node, int]] = [(tree, 1)]
    for count, (node, depth) in enumerate(_popping(left), 1):
        if count > MAX_NODES:
            return f"The template is too complicated: at most {MAX_NODES} parts."
        if depth > MAX_DEPTH:
            return f"The template is nested too deep (at most {MAX_DEPTH})."
        left.extend((child, depth + 1) for child in node.iter_child_nodes())
    outside = [each for part in tree.body if isinstance(part, nodes.Output) for each in part.nodes]
    words = sum(len(each.data) for each in outside if isinstance(each, nodes.TemplateData))
    return f"The message would be longer than {MAX_TEXT} characters." if words > MAX_TEXT else None


def _popping(left: list[tuple[nodes.Node, int]]) -> Iterator[tuple[nodes.Node, int]]:
    while left:
        yield left.pop()


_SIGNS = {"Mul": "*", "Pow": "**", "Mod": "%", "Div": "/", "FloorDiv": "//", "Call": "( ) call", "Slice": "[a:b]"}


def word(node: nodes.Node) -> str:
    """What an author calls this part."""
    name = type(node).__name__
    return _SIGNS.get(name, {"Assign": "set", "AssignBlock": "set", "CallBlock": "call"}.get(name, name.lower()))


def step(node: nodes.Getattr | nodes.Getitem) -> Step | None:
    """The one step that `.name` or `["name"]` or `[0]` takes; None for another."""
    if isinstance(node, nodes.Getattr):
        return None if node.attr.startswith("_") else node.attr
    value = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def path(node: nodes.Node) -> tuple[Step, ...] | None:
    """`contact.address["city"]` as its steps; None when it does not begin with a name."""
    steps: list[Step] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        one = node.attr if isinstance(node, nodes.Getattr) else step(node)
        if one is None:
            return None
        steps.append(one)
        node = node.node
    return (node.name, *reversed(steps)) if isinstance(node, nodes.Name) else None


def made_sure(test: nodes.Node) -> frozenset[str]:
    """The variables that are there when this test has passed."""
    if isinstance(test, nodes.And):
        return made_sure(test.left) | made_sure(test.right)
    if isinstance(test, nodes.Test) and test.name == "defined" and (way := path(test.node)):
        return frozenset({dotted(way)})
    return frozenset()


def arguments_problem(node: nodes.Filter) -> str | None:
    """What is wrong with the arguments of a known filter."""
    if node.name in ("default", "d"):
        fits = len(node.args) + len(node.kwargs) <= 2 and all(each.key == "boolean" for each in node.kwargs)
        return None if fits else "default takes the value to use instead, and true if 0 and false count as missing."
    known = inspect.signature(FILTERS[node.name])
    named: dict[str, Any] = {str(each.key): each.value for each in node.kwargs}
    try:
        known.bind(None, *node.args, **named)
    except TypeError:
        shown = ", ".join(list(known.parameters)[1:])
        return f"the filter {node.name} takes {shown or 'nothing more'}."
    if node.name in ("date", "time") and node.args and isinstance(node.args[0], nodes.Const):
        try:
            written(datetime(2024, 1, 1), node.args[0].value)
        except TemplateRefused as refused:
            return refused.reason
    return None
