"""Message templates: a bounded part of Jinja2, refused by what it is made of and capped in what it may build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from journeys.filters import FILTERS, TooLong, capped

#: Characters of a template, of what it may build, of any value it is given; parts and depth of its tree.
MAX_SOURCE, MAX_OUTPUT, MAX_PARTS, MAX_DEPTH, MAX_LIST = 8_000, 4_096, 400, 25, 100
NAMES = frozenset({"contact", "event", "answers", "coupon", "links"})
#: All that a template may be made of. No calls, macros, assignments, multiplication or powers: each of them can grow
#: without bound, and most escapes from Jinja's own sandbox went through a call.
ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.If,
    nodes.For, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat,
    nodes.Add, nodes.Sub, nodes.CondExpr, nodes.Neg,
)  # fmt: skip
TESTS = frozenset({"defined", "undefined", "none", "number", "string", "equalto", "odd", "even", "in"})
WORDS = {nodes.Call: "a call", nodes.Macro: "a macro", nodes.Assign: "set", nodes.Mul: "*", nodes.Pow: "**", nodes.Mod: "%",
         nodes.Div: "/", nodes.FloorDiv: "//", nodes.Include: "include", nodes.Import: "import"}  # fmt: skip


class MissingVariable(Exception):
    """A value that the template needs is missing; its dotted name is the argument."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class TemplateRefused(Exception):
    """The template may not be used, or builds too much."""


class _Missing(StrictUndefined):
    """Remembers the dotted name of what is missing."""

    __slots__ = ()


def _environment() -> ImmutableSandboxedEnvironment:
    # Constants are folded, that is executed, at compile time unless the optimiser is off.
    made = ImmutableSandboxedEnvironment(undefined=_Missing, autoescape=False, optimized=False, keep_trailing_newline=True)
    made.globals.clear()
    made.filters.clear()
    made.filters.update(FILTERS)
    made.tests = {name: test for name, test in made.tests.items() if name in TESTS}
    return made


_JINJA = _environment()


def check_template(text: str) -> list[str]:
    """What is wrong with a template, in plain words; none when it can be used."""
    try:
        tree = _parse(text)
    except TemplateRefused as refused:
        return [str(refused)]
    return list(dict.fromkeys(_problems(tree)))


def variables(text: str) -> dict[str, bool]:
    """Dotted names that a template reads, and whether each has a default wherever it stands."""
    found: dict[str, bool] = {}
    tree = _parse(text)
    guarded = {id(each.node) for each in tree.find_all(nodes.Filter) if each.name in ("default", "d")}
    inner = {id(each.node) for each in tree.find_all(nodes.Getattr)}
    for each in tree.find_all((nodes.Getattr, nodes.Name)):
        name = _dotted(each)
        if id(each) not in inner and name and name.split(".")[0] in NAMES:
            found[name] = found.get(name, True) and id(each) in guarded
    return found


class Template:
    """A template that was checked and compiled."""

    def __init__(self, text: str) -> None:
        tree = _parse(text)
        problem = next(_problems(tree), None)
        if problem is not None:
            raise TemplateRefused(problem)
        self.plain = text if "{" not in text else None
        self._single = _single(tree)
        self._compiled = None if self.plain is not None else _JINJA.from_string(text)
        self._expression = None
        if self._single:
            source = text.strip().removeprefix("{{").removesuffix("}}").strip().strip("-").strip()
            self._expression = _JINJA.compile_expression(source, undefined_to_none=False)

    def render(self, context: Mapping[str, Any]) -> str:
        """The text for one contact; MissingVariable, or TemplateRefused when it grows past its cap."""
        if self.plain is not None or self._compiled is None:
            return self.plain or ""
        length, parts = 0, []
        try:
            for part in self._compiled.generate(plain(context)):
                length += len(part)
                if length > MAX_OUTPUT:
                    raise TemplateRefused(f"The text is longer than {MAX_OUTPUT} characters.")
                parts.append(part)
        except UndefinedError as missing:
            raise MissingVariable(_name_of(missing)) from missing
        except (SecurityError, TooLong, TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise TemplateRefused(f"{type(error).__name__}: {error}"[:200]) from error
        return "".join(parts)

    def value(self, context: Mapping[str, Any]) -> Any:
        """As `render`, but a template that is one single expression keeps its type."""
        if self._expression is None:
            return self.render(context)
        try:
            found = self._expression(**plain(context))
        except UndefinedError as missing:
            raise MissingVariable(_name_of(missing)) from missing
        except (SecurityError, TooLong, TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise TemplateRefused(f"{type(error).__name__}: {error}"[:200]) from error
        if isinstance(found, StrictUndefined):
            raise MissingVariable(found._undefined_name or "?")
        return capped(found)


@lru_cache(maxsize=4096)
def compile_template(text: str) -> Template:
    """A template, checked and compiled once; TemplateRefused when it may not be used."""
    return Template(text)


def plain(value: Any, depth: int = 0) -> Any:
    """A copy made of plain, short values only: what a template may see."""
    if isinstance(value, Mapping) and depth < 6:
        return {str(name): plain(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < 6:
        return [plain(each, depth + 1) for each in list(value)[: MAX_LIST + 1]]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:MAX_OUTPUT]


def _parse(text: str) -> nodes.Template:
    if len(text) > MAX_SOURCE:
        raise TemplateRefused(f"The template is longer than {MAX_SOURCE} characters.")
    try:
        return _JINJA.parse(text)
    except TemplateSyntaxError as error:
        raise TemplateRefused(f"Line {error.lineno}: {error.message}") from error
    except RecursionError as error:
        raise TemplateRefused("The template is nested too deeply.") from error


def _problems(tree: nodes.Template) -> Iterator[str]:
    parts = 0
    stack: list[tuple[nodes.Node, int, int, frozenset[str]]] = [(tree, 0, 0, NAMES)]
    while stack:
        node, depth, loops, names = stack.pop()
        parts += 1
        if parts > MAX_PARTS or depth > MAX_DEPTH:
            yield "The template is too complicated: make it shorter."
            return
        yield from _problem(node, loops, names)
        if isinstance(node, nodes.For):
            loops += 1
            names = names | {each.name for each in node.target.find_all(nodes.Name)} | {"loop"}
            if isinstance(node.target, nodes.Name):
                names = names | {node.target.name}
        stack.extend((child, depth + 1, loops, names) for child in node.iter_child_nodes())


def _problem(node: nodes.Node, loops: int, names: frozenset[str]) -> Iterator[str]:
    line = f"Line {node.lineno}: "
    if not isinstance(node, ALLOWED):
        yield f"{line}{WORDS.get(type(node), type(node).__name__.lower())} cannot be used in a message."
    elif isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in names:
        yield f"{line}there is no {node.name}; use {', '.join(sorted(NAMES))}."
    elif isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        yield f"{line}a name cannot begin with _."
    elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield f"{line}there is no filter {node.name}; use {', '.join(sorted(FILTERS))}."
    elif isinstance(node, nodes.Test) and node.name not in TESTS:
        yield f"{line}there is no test {node.name}."
    elif isinstance(node, nodes.For) and (loops or node.recursive):
        yield f"{line}a loop cannot stand inside another."
    elif isinstance(node, nodes.For) and isinstance(node.iter, nodes.Const | nodes.TemplateData):
        yield f"{line}a loop runs over a list."
    elif isinstance(node, nodes.Const) and isinstance(node.value, int) and abs(node.value) > 10**15:
        yield f"{line}the number is too large."


def _single(tree: nodes.Template) -> bool:
    """Whether the template is one expression and nothing else."""
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return False
    shown = tree.body[0].nodes
    return len(shown) == 1 and not isinstance(shown[0], nodes.TemplateData)


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        inner = _dotted(node.node)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _name_of(missing: UndefinedError) -> str:
    """The name in Jinja's message: «'dict object' has no attribute 'x'», «'x' is undefined»."""
    quoted = str(missing).split("'")
    return quoted[-2] if len(quoted) > 2 else "?"
