"""Templates: a grammar's worth of what is allowed, and any text at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.filters import FILTERS
from journeys.templates import (
    MissingVariable,
    TemplateRefused,
    check_template,
    compile_template,
    defaulted,
    variables,
)
from tests.journeys.hostile import HOSTILE_CONTEXT, outcome, seconds_since

paths = st.sampled_from(
    [
        *(
            "contact.long",
            "contact.words",
            "contact.list",
            "contact.numbers",
            "contact.big",
            "contact.deep",
            "contact.x",
        ),
        *("contact.deep.a.b[0]", "contact['percent']", "contact.sharp", "answers.n", "coupon", "event"),
    ]
)


literals = st.sampled_from(
    ["1", "0", "-2.5", "'a'", "''", "'%d'", "true", "[]", "['a', 1]", "999999999999999", "'1,5'"]
)


ALL_FILTERS = ["default", *FILTERS]


def _expressions(base: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        arguments = st.lists(inner, max_size=3).map(lambda each: f"({', '.join(each)})" if each else "")
        signs = st.sampled_from(["+", "-", "~", "and", "or", "==", "!=", "<", ">=", "in", "not in"])
        return st.one_of(
            st.builds(lambda a, name, args: f"({a})|{name}{args}", inner, st.sampled_from(ALL_FILTERS), arguments),
            st.builds(lambda a, sign, b: f"({a} {sign} {b})", inner, signs, inner),
            st.builds(lambda a, b, c: f"({a} if {b} else {c})", inner, inner, inner),
            st.builds(lambda a, test: f"({a} is {test})", inner, st.sampled_from(["defined", "none", "odd", "number"])),
            st.builds(lambda a: f"(not {a})", inner),
            st.builds(lambda a: f"(-{a})", inner),
        )

    return st.recursive(base, grown, max_leaves=8)


expressions = _expressions(paths | literals)
in_loop = _expressions(paths | literals | st.sampled_from(["item", "item.a", "loop.index", "loop.last"]))
shows = st.builds(lambda inner: "{{ " + inner + " }}", expressions)
loops = st.builds(
    lambda over, body, test: f"{{% for item in {over} %}}{{{{ {body} }}}}{{% if {test} %}}x{{% endif %}}{{% endfor %}}",
    expressions,
    in_loop,
    in_loop,
)


ifs = st.builds(
    lambda test, yes, no: f"{{% if {test} %}}{yes}{{% else %}}{no}{{% endif %}}", expressions, shows, shows | loops
)


templates = st.lists(st.text("a{}%# \n", max_size=5) | shows | loops | ifs, min_size=1, max_size=4).map("".join)


@given(templates)
@settings(max_examples=400, deadline=None)
def test_whatever_is_allowed_is_bounded(text: str) -> None:
    problems = check_template(text)
    if problems:
        with pytest.raises(TemplateRefused):
            compile_template(text)
        return
    template = compile_template(text)
    assert defaulted(text) <= variables(text)
    started = time.perf_counter()
    assert len(outcome(template.render)) <= 4096
    assert len(outcome(template.value)) <= 4096
    assert seconds_since(started) < 10  # A guard against hanging, no claim about speed.


@given(expressions)
@settings(max_examples=300, deadline=None)
def test_a_variable_with_a_default_is_never_the_one_that_is_missing(expression: str) -> None:
    text = "{{ " + expression + " }}"
    if check_template(text):
        return
    missing = ""
    try:
        compile_template(text).value(HOSTILE_CONTEXT)
    except MissingVariable as error:
        missing = error.name
    except TemplateRefused:
        return
    assert missing not in defaulted(text)


@given(st.text(max_size=200) | st.text("{}%#'\"|.()[]~ \nabc0-", max_size=200))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    problems = check_template(text)
    assert isinstance(variables(text), frozenset)
    if not problems and "{" not in text:
        assert compile_template(text).render({}) == text
