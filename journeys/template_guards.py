"""What runs inside a template: every filter, comparison and step, each counted and capped."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from jinja2 import StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from journeys.filters import FILTERS, add, subtract
from journeys.plain_data import MAX_TEXT, TemplateRefused, as_text
from journeys.template_syntax import Step

#: Steps that one rendering may take.
MAX_STEPS = 5000
MAX_LOOP = 100
_ZONED = frozenset({"date", "time"})
#: Filters that cost more than one step whatever they work on.
_DEAR = {"date": 9, "time": 9, "money": 7, "round": 3, "join": 3}


class _Missing(StrictUndefined):
    """A value that is not there; its error carries the name alone."""

    @property
    def _undefined_message(self) -> str:
        return self._undefined_name or "a value"


class Bounded(Context):
    """The context of one rendering, which counts its steps."""

    zone: str | None = None
    steps = 0

    def spend(self, *values: Any) -> None:
        """Count one step for the work and more for what it works on: 64 characters or four items are a step."""
        for value in values:
            if isinstance(value, str | list):
                self.steps += len(value) >> (6 if isinstance(value, str) else 2)
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TemplateRefused("The template takes too long.")


def _guarded(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    @wraps(work)
    def run(context: Bounded, value: Any, *args: Any, **named: Any) -> Any:
        if isinstance(value, Undefined):
            return value
        all_there(*args, *named.values())
        context.steps += _DEAR.get(name, 0)
        context.spend(value, *args)
        if name in _ZONED:
            named.setdefault("zone", context.zone)
        return _capped(context, name, work(value, *args, **named))

    return run


def _capped(context: Bounded, name: str, result: Any) -> Any:
    if result is None:
        return context.environment.undefined(name=f"the result of {name}")
    if isinstance(result, str) and len(result) > MAX_TEXT:
        raise TemplateRefused(f"A text would be longer than {MAX_TEXT} characters.")
    return result


def all_there(*values: Any) -> None:
    """Raises jinja2.UndefinedError, which carries the name, when one of the values is missing."""
    for value in values:
        if isinstance(value, Undefined):
            str(value)


@pass_context
def _default(context: Bounded, value: Any, instead: Any = "", boolean: bool = False) -> Any:
    """A value that is missing or blank is replaced; with `true` also 0, false and an empty list."""
    context.spend()
    blank = isinstance(value, Undefined) or value is None or (isinstance(value, str) and not value.strip())
    return instead if blank or (boolean and not value) else value


@pass_context
def _walk(context: Bounded, value: Any, name: str, *steps: Step) -> Any:
    context.spend()
    if isinstance(value, Undefined):
        return value
    found = step_by_step(value, steps)
    return context.environment.undefined(name=name) if found is None else found


@pass_context
def _items(context: Bounded, value: Any) -> list[Any]:
    all_there(value)
    if not isinstance(value, list):
        raise TemplateRefused("A loop goes over a list.")
    if len(value) > MAX_LOOP:
        raise TemplateRefused(f"A loop goes over at most {MAX_LOOP} items; this list has {len(value)}.")
    context.steps += len(value)
    context.spend()
    return value


@pass_context
def _concat(context: Bounded, *values: Any) -> Any:
    all_there(*values)
    context.spend(*values)
    parts = [as_text(value) for value in values]
    if sum(map(len, parts)) > MAX_TEXT:
        raise TemplateRefused(f"A text would be longer than {MAX_TEXT} characters.")
    return "".join(parts)


@pass_context
def _compare(context: Bounded, left: Any, *rest: Any) -> bool:
    for sign, right in zip(rest[::2], rest[1::2], strict=True):
        all_there(left, right)
        context.spend(left, right)
        if not _COMPARISONS[sign](left, right):
            return False
        left = right
    return True


@pass_context
def _shown(context: Bounded, value: Any) -> Any:
    """What stands between the braces as text. Taking the context keeps Jinja from working it out while compiling."""
    return value if isinstance(value, Undefined) else as_text(value)


def step_by_step(value: Any, steps: tuple[Step, ...]) -> Any:
    """What keys and positions lead to in plain data, or None; never an attribute of a Python object."""
    for step in steps:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple | str) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def _whole(value: Any, remainder: int) -> bool:
    # Never `value % 2` on a text: "%1000000000d" % 2 is a gigabyte.
    return type(value) is int and value % 2 == remainder


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja with nothing in it but what is guarded here."""
    # optimized=False: the optimizer works constants out, that is, runs them, while compiling.
    jinja = ImmutableSandboxedEnvironment(
        optimized=False, undefined=_Missing, finalize=_shown, keep_trailing_newline=True, cache_size=0
    )
    jinja.globals.clear()
    jinja.filters = {name: _guarded(name, work) for name, work in FILTERS.items()}
    jinja.filters |= {"default": _default, "d": _default, "_walk": _walk, "_list": _items, "_concat": _concat}
    jinja.filters |= {"_compare": _compare, "_add": _guarded("+", add), "_subtract": _guarded("-", subtract)}
    jinja.tests = {name: jinja.tests[name] for name in ("defined", "undefined", "string")}
    jinja.tests["none"] = jinja.tests["undefined"]
    jinja.tests["number"] = lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    jinja.tests["even"] = lambda value: _whole(value, 0)
    jinja.tests["odd"] = lambda value: _whole(value, 1)
    jinja.context_class = Bounded
    return jinja
