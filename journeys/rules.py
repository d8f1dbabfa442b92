"""Rules over a contact: checked, compiled to Python, and asked which facts they need (`design.md` 4, Rule)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from journeys.comparing import DATE_OPERATORS, OPERATORS, Operator, date_test_of, fold_text, test_of
from journeys.rule_facts import (
    REACHED,
    DeliveryClause,
    EventClause,
    Facts,
    Holds,
    Rule,
    Wanted,
    delivery_key,
    event_key,
)
from journeys.rule_problems import RuleProblem, check_rule

__all__ = [
    "OPERATORS",
    "REACHED",
    "DeliveryClause",
    "EventClause",
    "Facts",
    "Operator",
    "Rule",
    "RuleInvalid",
    "RuleProblem",
    "Wanted",
    "check_rule",
    "compile_rule",
    "delivery_key",
    "event_key",
    "fold_text",
    "is_empty",
    "wanted",
]


class RuleInvalid(ValueError):
    """This rule cannot be used until its problems are mended."""

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        lines = "; ".join(f"{problem.path or 'rule'}: {problem.text}" for problem in problems[:5])
        super().__init__(f"{self.__doc__} {lines}")
        self.problems = tuple(problems)


def compile_rule(rule: Rule) -> Holds:
    """A rule as a function of the facts. Raises RuleInvalid. An empty rule is never true, negated neither."""
    if problems := check_rule(rule):
        raise RuleInvalid(problems)
    return _compiled(rule) or _never


def is_empty(rule: Rule) -> bool:
    """Whether a rule decides nothing and is therefore never true: `{}`, an empty list, and what hangs on such a part.

    An empty part makes an `all` and a `not` around it empty and is left out of an `any`.
    """
    if "all" in rule:
        return not rule["all"] or any(is_empty(each) for each in rule["all"])
    if "any" in rule:
        return all(is_empty(each) for each in rule["any"])
    return is_empty(rule["not"]) if "not" in rule else not rule


def wanted(rule: Rule) -> Wanted:
    """The facts that a rule reads besides attributes, tags and answers. Raises RuleInvalid."""
    if problems := check_rule(rule):
        raise RuleInvalid(problems)
    clauses = list(_clauses(rule))
    events = {event_key(each): _event_clause(each) for each in clauses if "event" in each}
    deliveries = {delivery_key(each): _delivery_clause(each) for each in clauses if "delivery" in each}
    return Wanted(
        events=tuple(events.values()),
        deliveries=tuple(deliveries.values()),
        segments=frozenset(each["segment"] for each in clauses if "segment" in each),
        consents=any("consent" in each for each in clauses),
        compares=any("attribute" in each or each.get("where") for each in clauses),
    )


def _compiled(rule: Rule) -> Holds | None:
    """None for an empty rule: see `is_empty`."""
    if "all" in rule:
        parts = [_compiled(each) for each in rule["all"]]
        whole = [each for each in parts if each is not None]
        return _all(whole) if parts and len(whole) == len(parts) else None
    if "any" in rule:
        some = [each for each in map(_compiled, rule["any"]) if each is not None]
        return _any(some) if some else None
    if "not" in rule:
        inner = _compiled(rule["not"])
        return None if inner is None else lambda facts: not inner(facts)
    return _clause(rule) if rule else None


def _clause(rule: Rule) -> Holds:
    if "attribute" in rule:
        return _attribute(rule)
    if "tag" in rule:
        tag = rule["tag"]
        return lambda facts: tag in facts.tags
    if "segment" in rule:
        segment = rule["segment"]
        return lambda facts: segment in facts.segments
    if "consent" in rule:
        consent = (rule["consent"], rule.get("purpose", "marketing"))
        return lambda facts: consent in facts.consents
    if "event" in rule:
        counted, times = event_key(rule), rule.get("at_least", 1)
        return lambda facts: facts.counts.get(counted, 0) >= times
    asked = delivery_key(rule)
    return lambda facts: asked in facts.receipts


def _attribute(rule: Rule) -> Holds:
    path, name, value = rule["attribute"].strip(), rule["is"], rule.get("value", True)
    have = _getter(path)
    if name in DATE_OPERATORS:
        dated = date_test_of(name, value)
        return lambda facts: dated(have(facts), facts.now, facts.zone)
    test = test_of(name, value)
    if "." not in path:
        return lambda facts: test(facts.attributes.get(path))
    return lambda facts: test(have(facts))


def _getter(path: str) -> Callable[[Facts], Any]:
    root, _, rest = path.partition(".")
    if root == "event" and rest:
        return lambda facts: _look_up(facts.event, rest)
    if root == "answers" and rest:
        return lambda facts: _look_up(facts.answers, rest)
    name = rest if root == "contact" and rest else path
    return lambda facts: _look_up(facts.attributes, name)


def _look_up(values: Mapping[str, Any], path: str) -> Any:
    """A name that holds the dots itself wins over walking into objects."""
    found = values.get(path)
    if found is None and "." in path:
        found = values
        for step in path.split("."):
            if not isinstance(found, Mapping):
                return None
            found = found.get(step)
    return found


def _all(tests: Sequence[Holds]) -> Holds:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda facts: first(facts) and second(facts)
    if len(tests) == 3:
        first, second, third = tests
        return lambda facts: first(facts) and second(facts) and third(facts)
    return lambda facts: all(test(facts) for test in tests)


def _any(tests: Sequence[Holds]) -> Holds:
    return tests[0] if len(tests) == 1 else lambda facts: any(test(facts) for test in tests)


def _never(facts: Facts) -> bool:
    return False


def _clauses(rule: Rule) -> Iterator[Rule]:
    if "not" in rule:
        yield from _clauses(rule["not"])
    elif "all" in rule or "any" in rule:
        for each in rule.get("all", rule.get("any", ())):
            yield from _clauses(each)
    elif rule:
        yield rule


def _event_clause(rule: Rule) -> EventClause:
    where, more = rule.get("where") or None, (rule.get("within"), rule.get("match"))
    if where is None:
        return EventClause(rule["event"], None, *more)
    return EventClause(rule["event"], where, *more, fits=compile_rule(where))


def _delivery_clause(rule: Rule) -> DeliveryClause:
    return DeliveryClause(rule["was"], rule["delivery"].get("node"), rule["delivery"].get("journey"))
