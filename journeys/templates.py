"""Templates of messages: Jinja bounded in what it may say, how much it may say and how long it may take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

import jinja2
from jinja2 import UndefinedError, nodes

from journeys.plain_data import MAX_TEXT, TemplateRefused, plain
from journeys.template_grammar import read_template
from journeys.template_guards import Bounded, all_there, environment, step_by_step
from journeys.template_syntax import Reading, Step, dotted

__all__ = [
    "MissingVariable",
    "Template",
    "TemplateRefused",
    "check_template",
    "compile_template",
    "defaulted",
    "plain",
    "variables",
]

_JINJA = environment()
#: How many texts a template remembers, and at most how many templates there are in memory.
REMEMBERED, TEMPLATES = 256, 2048


#: What a template may come to with values that it does not fit.
WRONG = (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError)


class MissingVariable(Exception):
    """A variable has no value for this contact and the template gives no default."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no value and no default.")
        self.name = name


class Template:
    """A compiled template: `render` for its text, `value` to keep the type of a single expression."""

    def __init__(self, text: str, reading: Reading | None) -> None:
        self.text = text
        self._reading = reading
        if reading is not None:
            self._compiled = _compile(reading.body)
        #: What it said for such values, all of them texts: many contacts have the same name, or say nothing of theirs.
        self._said: dict[tuple[Any, ...], str] = {}

    def render(self, context: Mapping[str, Any], *, zone: str | None = None) -> str:
        """The text for a context of contact, event, answers, coupon, links.

        Instants are shown in `zone` by date and time, or as they are written. Raises MissingVariable, TemplateRefused.
        """
        if self._reading is None:
            return self.text
        found = self._found(context)
        alike = {*map(type, found.values())} <= {str}
        key = (zone, *found.items())
        if alike and key in self._said:
            return self._said[key]
        text = self._filled(found, zone)
        if alike:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said[key] = text
        return text

    def _filled(self, found: Mapping[str, Any], zone: str | None) -> str:
        said: list[str] = []
        size = 0
        for piece in self._run(self._compiled, found, zone):
            size += len(piece)
            if size > MAX_TEXT:
                raise TemplateRefused(f"The message would be longer than {MAX_TEXT} characters.")
            said.append(piece)
        return "".join(said)

    def value(self, context: Mapping[str, Any], *, zone: str | None = None) -> Any:
        """Like render; but a template that is one single expression keeps its type (a number stays a number)."""
        if self._reading is None or self._reading.single is None:
            return self.render(context, zone=zone)
        kept: list[Any] = []
        for _ in self._run(self._expression, self._found(context), zone, kept):
            pass
        return kept[0]

    @cached_property
    def _expression(self) -> jinja2.Template:
        single = self._reading.single if self._reading and self._reading.single else nodes.Const("", lineno=1)
        return _compile([nodes.Assign(nodes.Name("result", "store", lineno=1), single, lineno=1)])

    def _found(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The values that the template names, of those that are there."""
        paths = self._reading.paths if self._reading else {}
        try:
            return {key: value for key, path in paths.items() if (value := _look_up(context, path)) is not None}
        except WRONG as error:
            raise _refused(error) from error

    def _run(
        self, compiled: jinja2.Template, found: Mapping[str, Any], zone: str | None, kept: list[Any] | None = None
    ) -> Iterator[str]:
        try:
            running = Bounded(_JINJA, dict(found), None, {})
            running.zone = zone
            yield from compiled.root_render_func(running)
            if kept is not None:
                kept.append(_kept(running.vars["result"]))
        except UndefinedError as missing:
            name, paths = str(missing.message), self._reading.paths if self._reading else {}
            raise MissingVariable(dotted(paths[name]) if name in paths else name) from None
        except TemplateRefused:
            raise
        except WRONG as error:
            raise _refused(error) from error


@lru_cache(maxsize=TEMPLATES)
def compile_template(text: str) -> Template:
    """A template ready to render. Raises TemplateRefused with its first problem."""
    if "{" not in text and len(text) <= MAX_TEXT:
        return Template(text, None)
    reading = read_template(text, _JINJA)
    if reading.problems:
        raise TemplateRefused(reading.problems[0])
    try:
        return Template(text, reading)
    except (SyntaxError, RecursionError, ValueError, jinja2.TemplateError) as error:
        raise TemplateRefused(f"The template cannot be used: {str(error)[:200]}.") from error


def check_template(text: str) -> list[str]:
    """What is wrong with a template, in plain words with the line; empty for one that compiles."""
    problems = read_template(text, _JINJA).problems
    if problems:
        return problems
    try:
        compile_template(text)
    except TemplateRefused as refused:
        return [refused.reason]
    return []


def variables(text: str) -> frozenset[str]:
    """The variables of a template, as `contact.first_name`; none of one that cannot be read."""
    return read_template(text, _JINJA).names()


def defaulted(text: str) -> frozenset[str]:
    """Those of the variables that may be missing: each use has a default or stands behind `is defined`."""
    reading = read_template(text, _JINJA)
    return reading.names() - reading.bare


def _compile(body: list[nodes.Node]) -> jinja2.Template:
    tree = nodes.Template(body, lineno=1)
    tree.set_environment(_JINJA)
    return _JINJA.from_string(tree)


def _refused(error: Exception) -> TemplateRefused:
    return TemplateRefused(f"The template does not work for this contact: {str(error)[:200]}.")


def _kept(value: Any) -> Any:
    all_there(value)
    return plain(value)


def _look_up(context: Mapping[str, Any], path: tuple[Step, ...]) -> Any:
    value = step_by_step(context, path)
    return value if value is None or (type(value) is str and len(value) <= MAX_TEXT) else plain(value)
