"""Rules that cannot hold, and branches that nobody can take because an earlier one takes everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journeys.comparing import as_number, fold_text
from journeys.rules import Rule, check_rule, is_empty
from nodes.folding import fold

NUMBERS = ("less", "at_most", "more", "at_least")


def never(rule: Rule) -> str | None:
    """Why a well-formed rule can never hold, or None when it may."""
    if check_rule(rule):
        return None
    if is_empty(rule):
        return "The rule is empty and never holds."
    return _impossible(rule)


def _impossible(rule: Rule) -> str | None:
    if "any" in rule:
        reasons = [_impossible(each) for each in rule["any"]]
        return reasons[0] if reasons and all(reasons) else None
    if "all" not in rule:
        return None
    parts = list(_joined(rule))
    for each in parts:
        if why := _impossible(each):
            return why
    return _clash(parts)


def _joined(rule: Rule) -> Iterator[Rule]:
    """The parts that must all hold, nested ones included."""
    for each in rule["all"]:
        if "all" in each:
            yield from _joined(each)
        else:
            yield each


def _clash(parts: Sequence[Rule]) -> str | None:
    texts = {_text(each) for each in parts}
    for each in parts:
        if "not" in each and _text(each["not"]) in texts:
            return f"It asks that {_name(each['not'])} both holds and does not hold."
    by_attribute: dict[str, list[Rule]] = {}
    for each in parts:
        if "attribute" in each:
            by_attribute.setdefault(each["attribute"].strip(), []).append(each)
    for name, tests in by_attribute.items():
        if not _possible(tests):
            return f"No value of {name} fits all that it asks."
    return None


def _possible(tests: Sequence[Rule]) -> bool:
    """Whether some value could pass all tests of one attribute; in doubt, yes."""
    if any(each["is"] == "exists" and each.get("value", True) is False for each in tests):
        return all(
            each["is"] == "not_equal" or (each["is"] == "exists" and each.get("value", True) is False) for each in tests
        )
    wanted = [_values(each["value"]) for each in tests if each["is"] == "equal"]
    wanted += [frozenset().union(*map(_values, each["value"])) for each in tests if each["is"] == "in"]
    refused = frozenset().union(*(_values(each["value"]) for each in tests if each["is"] == "not_equal"))
    common = frozenset.intersection(*wanted) - refused if wanted else None
    low, high = _bounds(tests)
    if common is None:
        return low < high or (low == high and not _open(tests, low))
    numbers = [number for value in common if (number := as_number(value)) is not None]
    if any(each["is"] in NUMBERS for each in tests):
        return any(low <= number <= high and not _outside(tests, number) for number in numbers)
    return bool(common)


def _values(value: Any) -> frozenset[Any]:
    """What counts as the same value: texts folded, numbers as numbers."""
    number = as_number(value)
    return frozenset({number if number is not None else fold_text(value) if isinstance(value, str) else repr(value)})


def _bounds(tests: Sequence[Rule]) -> tuple[float, float]:
    numbers = {name: [as_number(each["value"]) for each in tests if each["is"] == name] for name in NUMBERS}
    low = max((float(n) for name in ("more", "at_least") for n in numbers[name] if n is not None), default=-1e308)
    high = min((float(n) for name in ("less", "at_most") for n in numbers[name] if n is not None), default=1e308)
    return low, high


def _open(tests: Sequence[Rule], limit: float) -> bool:
    return any(each["is"] in ("more", "less") and as_number(each["value"]) == limit for each in tests)


def _outside(tests: Sequence[Rule], number: float) -> bool:
    return any(
        (each["is"] == "more" and number <= (as_number(each["value"]) or 0))
        or (each["is"] == "less" and number >= (as_number(each["value"]) or 0))
        for each in tests
    )


def shadowed(rules: Sequence[Rule]) -> Iterator[tuple[int, int]]:
    """(number, number of the earlier one that takes all of it) of rules in order of which the first that holds wins."""
    for number, rule in enumerate(rules):
        parts = {_text(each) for each in _joined(rule)} if "all" in rule else {_text(rule)}
        for earlier, other in enumerate(rules[:number]):
            ahead = {_text(each) for each in _joined(other)} if "all" in other else {_text(other)}
            if ahead and ahead <= parts and not is_empty(other):
                yield number, earlier
                break


def doubled(branches: Sequence[Any]) -> Iterator[tuple[int, str, str]]:
    """(number of the branch, setting, word) of words and buttons that an earlier branch of a question takes."""
    taken: set[tuple[str, str]] = set()
    for number, branch in enumerate(branches):
        own = {("buttons", button) for button in branch.buttons}
        own |= {("keywords", fold(word)) for word in branch.keywords}
        for setting, word in sorted(own & taken):
            yield number, setting, word
        taken |= own


def _text(rule: Rule) -> str:
    return json.dumps(rule, sort_keys=True, ensure_ascii=False, default=str)


def _name(rule: Mapping[str, Any]) -> str:
    kind = next(iter(rule))
    value = rule[kind]
    return f"{kind} {value}" if isinstance(value, str) else kind
