"""Templates: what marketers write, and what they are told when it does not work."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from journeys.templates import (
    MissingVariable,
    TemplateRefused,
    check_template,
    compile_template,
    defaulted,
    plain,
    variables,
)

CONTEXT: dict[str, Any] = {
    "contact": {
        "first_name": "Анна Мария",
        "city": "  тверь ",
        "points": 1990.5,
        "visits": 3,
        "vip": True,
        "blank": " ",
        "nothing": None,
        "address": {"city": "Тверь", "дом 1": "кв. 2"},
        "tags": ["a", "b", "c"],
        "order": 20240510123456789,
    },
    "event": {
        "at": "2024-05-10T21:05:00+00:00",
        "day": "2024-05-01",
        "lines": [{"title": "Чай", "price": 100}, {"title": "Кофе", "price": "250,5"}],
    },
    "answers": {"nps": 9, "why": "ok"},
    "coupon": "SALE-1",
    "links": {"shop": "https://example.org/l/x"},
}


def shown(text: str, **more: Any) -> str:
    return compile_template(text).render({**CONTEXT, **more}, zone="Europe/Moscow")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Plain text, 100 %", "Plain text, 100 %"),
        ("{ not ours } {", "{ not ours } {"),
        ("", ""),
        ("{{ contact.first_name }}, hello!\n", "Анна Мария, hello!\n"),
        ("{{contact['address']['дом 1']}}", "кв. 2"),
        ("{{ contact.tags[0] }}{{ contact.first_name[0] }}", "aА"),
        ("{{ coupon }} {{ links.shop }}", "SALE-1 https://example.org/l/x"),
        ("{{ contact.points }} {{ contact.visits }} {{ contact.vip }} {{ 1.0 }}", "1990.5 3 true 1"),
        ("{{ contact.order }}", "20240510123456789"),
        ("{{ contact.last_name|default('friend') }}", "friend"),
        ("{{ contact.last_name|title|d('friend') }}", "friend"),
        ("{{ contact.blank|default('friend') }}{{ contact.nothing|default('!') }}", "friend!"),
        ("{{ contact.a.b.c|default(contact.coupon|default(coupon)) }}", "SALE-1"),
        ("{{ 0|default(5) }}{{ 0|default(5, true) }}{{ 0|default(5, boolean=true) }}", "055"),
        ("{{ contact.city|trim|capitalize }} {{ 'ab c'|upper }} {{ 'ЁЖ'|lower }}", "Тверь AB C ёж"),
        ("{{ 'анна-мария o’neil'|title }}", "Анна-Мария O’neil"),
        ("{{ 'ab " + "x" * 250 + "'|title|truncate(4, true) }}", "Ab …"),
        ("{{ contact.first_name|first_word }}", "Анна"),
        ("{{ contact.blank|first_word|default('friend') }}", "friend"),
        ("{{ 'a-b-c'|replace('-', '+') }}", "a+b+c"),
        ("{{ 'one two three'|truncate(9) }}|{{ 'abcdef'|truncate(4, true, '..') }}", "one two…|ab.."),
        ("{{ 'ab'|truncate(5) }}", "ab"),
        ("{{ 2.5|round }} {{ 1.255|round(2) }} {{ -2.5|round }}", "3 1.26 -3"),
        ("{{ '12,7'|int }} {{ 'x'|int(4) }} {{ '1,5'|float }} {{ -3|abs }}", "12 4 1.5 3"),
        ("{{ contact.tags|length }} {{ contact.tags|join(', ') }}", "3 a, b, c"),
        ("{{ contact.tags|first }}{{ contact.tags|last }}", "ac"),
        ("{{ []|first|default('none') }}", "none"),
        ("{{ event.lines|first|default('') == '' }}", "false"),
        ("{{ (event.lines|last).title }}", "Кофе"),
        ("{{ event.at|date }} {{ event.at|time }} {{ event.day|date('%-d %B', 'ru') }}", "11.05.2024 00:05 1 мая"),
        ("{{ event.day|date('%A, %d %b %y; %a %H:%M:%S %%') }}", "Wednesday, 01 May 24; We 00:00:00 %"),
        ("{{ event.at|date(zone='Asia/Tokyo') }}", "11.05.2024"),
        ("{{ 1990|money }} {{ '1990,5'|money('EUR') }} {{ -0.5|money }}", "1\xa0990\xa0₽ 1\xa0990,50\xa0€ -0,50\xa0₽"),
        ("{{ 1234567.891|money('USD') }} {{ 5|money('XYZ') }}", "$1,234,567.89 5\xa0XYZ"),
        ("{% for n in [1, 2, 5, 11, 12, 21, 22, 112, 1.5] %}{{ n|plural('т', 'та', 'тов') }} {% endfor %}",
         "т та тов тов тов т та тов та "),
        ("{% for n in [1, 2, 0] %}{{ n|plural('item', 'items') }} {% endfor %}", "item items items "),
        ("{% if contact.visits >= 3 and contact.vip %}yes{% else %}no{% endif %}", "yes"),
        ("{% if contact.visits > 5 %}a{% elif contact.visits == 3 %}b{% endif %}", "b"),
        ("{% if contact.x is defined and contact.x > 1 %}a{% else %}b{% endif %}", "b"),
        ("{{ contact.x is none }} {{ contact.visits is odd }} {{ 4 is even }}", "true true true"),
        ("{{ 'a' is number }} {{ true is number }} {{ 1 is number }}", "false false true"),
        ("{{ 'a' if contact.vip else 'b' }} {{ 'x' in ['x', 'y'] }} {{ 'z' not in contact.tags }}", "a true true"),
        ("{{ not contact.vip }} {{ 1 < contact.visits <= 3 < 4 }} {{ 1 if false or true else 2 }}", "false true 1"),
        ("{{ contact.visits + 1 - 2 }} {{ -contact.visits }} {{ 'a' ~ 1 ~ true }}", "2 -3 a1true"),
        ("{% for line in event.lines %}{{ loop.index }}. {{ line.title }} {{ line.price|money }}"
         "{% if not loop.last %}; {% endif %}{% endfor %}", "1. Чай 100\xa0₽; 2. Кофе 250,50\xa0₽"),
        ("{% for t in contact.tags if t != 'b' %}{{ t }}{% else %}none{% endfor %}", "ac"),
        ("{% for t in [] %}{{ t }}{% else %}none{% endfor %}", "none"),
        ("{% for line in event.lines %}{{ line.gift|default('-') }}{% endfor %}", "--"),
        ("{% raw %}{{ contact.x }}{% endraw %}{# a remark #}", "{{ contact.x }}"),
        ('{"name": "{{ answers.why }}", "deep": {"n": {{ answers.nps }}}}', '{"name": "ok", "deep": {"n": 9}}'),
    ],
)  # fmt: skip
def test_what_marketers_write(text: str, says: str) -> None:
    assert check_template(text) == []
    assert shown(text) == says


def test_a_value_keeps_its_type() -> None:
    def value(text: str) -> Any:
        return compile_template(text).value(CONTEXT)

    assert value("{{ contact.points }}") == 1990.5
    assert value(" {{ contact.visits }}\n") == 3
    assert value("{{ contact.vip }}") is True
    assert value("{{ contact.tags }}") == ["a", "b", "c"]
    assert value("{{ contact.tags }}") is not CONTEXT["contact"]["tags"]
    assert value("{{ contact.visits + 1 }}") == 4
    assert value("{{ contact.visits > 1 }}") is True
    assert value("{{ contact.x|default(0) }}") == 0
    assert value("{{ contact.address }}") == CONTEXT["contact"]["address"]
    assert value("{{ contact.visits }}!") == "3!"
    assert value("{{ contact.visits }}{{ contact.visits }}") == "33"
    assert value("{% if contact.vip %}{{ contact.visits }}{% endif %}") == "3"
    assert value("15") == "15"
    with pytest.raises(MissingVariable, match=r"contact\.x has no value"):
        value("{{ contact.x }}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ contact.x }}", "contact.x"),
        ("{{ contact.nothing }}", "contact.nothing"),
        ("{{ contact.address.street.house }}", "contact.address.street.house"),
        ("{{ contact.tags[9] }}", "contact.tags.9"),
        ("{{ contact.vip.x }}", "contact.vip.x"),
        ("{{ contact.x|upper|money }}", "contact.x"),
        ("{% if contact.x %}a{% endif %}", "contact.x"),
        ("{% if contact.x > 3 %}a{% endif %}", "contact.x"),
        ("{% if 3 in contact.x %}a{% endif %}", "contact.x"),
        ("{{ 'a' ~ contact.x }}", "contact.x"),
        ("{{ 1 + contact.x }}", "contact.x"),
        ("{{ -contact.x }}", "contact.x"),
        ("{{ 'a'|replace('a', contact.x) }}", "contact.x"),
        ("{{ contact.y|default(contact.x) }}", "contact.x"),
        ("{% for a in contact.x %}{% endfor %}", "contact.x"),
        ("{% for line in event.lines %}{{ line.gift.name }}{% endfor %}", "line.gift.name"),
        ("{{ links.none }}", "links.none"),
        ("{{ []|first }}", "the result of first"),
    ],
)
def test_a_missing_variable_is_named(text: str, name: str) -> None:
    assert check_template(text) == []
    with pytest.raises(MissingVariable) as missing:
        shown(text)
    assert missing.value.name == name
    assert str(missing.value) == f"{name} has no value and no default."


def test_a_root_that_is_not_there_is_missing_as_a_whole() -> None:
    with pytest.raises(MissingVariable, match=r"^coupon has"):
        compile_template("{{ coupon }}").render({"contact": {}})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ contact.tags }}", "Use join"),
        ("{{ contact.address }}", "Name one of its values"),
        ("{{ contact.first_name|money }}", "“Анна Мария” is not a number"),
        ("{{ contact.first_name|date }}", "not an ISO date"),
        ("{{ contact.visits|date }}", "not an ISO date"),
        ("{{ contact.first_name|join }}", "needs a list"),
        ("{{ contact.visits|join }}", "needs a list"),
        ("{{ contact.visits|first }}", "needs a list"),
        ("{% for c in contact.first_name %}{{ c }}{% endfor %}", "over a list"),
        ("{% for c in contact.address %}{{ c }}{% endfor %}", "over a list"),
        ("{{ contact.first_name + 'a' }}", "use ~"),
        ("{{ contact.vip + 1 }}", "use ~"),
        ("{{ contact.first_name > 3 }}", "does not work for this contact"),
        ("{{ contact.visits|truncate(0) }}", "length from"),
        ("{{ contact.visits|money('rub') }}", "three letters"),
        ("{{ 1|round(9) }}", "digits"),
        ("{{ 'a'|replace('', 'b') }}", "to look for"),
        ("{{ event.at|date(zone='Mars') }}", "no time zone"),
        ("{{ 999999999999999 + 999999999999999 }}", "too large"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(TemplateRefused, match=reason):
        shown(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "{{ first_name }}",
            "Line 1: there is no “first_name”. Write contact.first_name, or begin with one of contact",
        ),
        ("a\nb {{ contact.x", "Line 2: the template cannot be read"),
        ("{{ contact.x }", "cannot be read"),
        ("{% if contact.x %}a", "cannot be read"),
        ("{% nosuch %}", "cannot be read"),
        ("{# a remark", "cannot be read"),
        ("\n\n{{ contact.x|shout }}", "Line 3: there is no filter “shout”. Use one of default, upper"),
        ("{{ contact.x is callable }}", "there is no test “is callable”"),
        ("{{ contact.x|money('a', 'b', 'c') }}", "the filter money takes currency"),
        ("{{ contact.x|upper(1) }}", "takes nothing more"),
        ("{{ contact.x|default(1, 2, 3) }}", "default takes"),
        ("{{ contact.x|date('%Q') }}", "“%Q” is not known in a date pattern"),
        ("{{ 'a' if contact.x }}", "otherwise"),
        ("{% for contact in event.lines %}{% endfor %}", "a name of its own"),
        ("{% for a, b in event.lines %}{% endfor %}", "a name of its own"),
        ("{% for a in contact.tags %}{% for b in contact.tags %}{% endfor %}{% endfor %}", "inside another loop"),
        ("{% for a in contact.tags recursive %}{% endfor %}", "write a loop"),
        ("{% for a in contact.tags %}{% endfor %}{{ a }}", "there is no “a”"),
        ("{{ loop.index }}", "there is no “loop”"),
        ("{% for a in contact.tags %}{{ loop.cycle }}{% endfor %}", "there is no “loop”"),
        ("{{ contact[contact.x] }}", "as it is"),
        ("{{ contact.x[1:2] }}", "as it is"),
        ("{{ contact.x * 2 }}", "“*” cannot be used"),
        ("{{ contact.x() }}", "“( ) call” cannot be used"),
        ("a" * 8001, "at most 8000"),
        ("a" * 4097, "longer than 4096"),
        ("a" * 4097 + "{{ coupon }}", "longer than 4096"),
        ("{{ coupon }}" * 400, "too complicated"),
        ("{% if true %}" * 30 + "{% endif %}" * 30, "nested too deep"),
    ],
)
def test_problems_are_told_in_plain_words(text: str, says: str) -> None:
    problems = check_template(text)
    assert len(problems) == 1
    assert says in problems[0]
    with pytest.raises(TemplateRefused):
        compile_template(text)


def test_all_problems_are_told_at_once() -> None:
    problems = check_template("{{ a }}\n{{ b }}\n{% set c = 1 %}{{ a }}")
    assert [problem[:7] for problem in problems] == ["Line 1:", "Line 2:", "Line 3:", "Line 3:"]
    assert len(check_template("\n".join("{{ a }}" for _ in range(90)))) == 20


@pytest.mark.parametrize(
    ("text", "names", "optional"),
    [
        ("plain", set(), set()),
        ("{{ contact.a|default('x') }} {{ event.total }}", {"contact.a", "event.total"}, {"contact.a"}),
        ("{{ contact.a|title|default('x') }}{{ contact.a }}", {"contact.a"}, set()),
        ("{{ contact.a|default(contact.b) }}", {"contact.a", "contact.b"}, {"contact.a"}),
        ("{{ (contact.a ~ 'x')|default('y') }}", {"contact.a"}, set()),
        ("{{ ('x' if contact.a else contact.b)|default('y') }}", {"contact.a", "contact.b"}, {"contact.b"}),
        ("{{ contact.a|replace('x', contact.b)|default('y') }}", {"contact.a", "contact.b"}, {"contact.a"}),
        ("{% if contact.a is defined %}{{ contact.a }}{% endif %}", {"contact.a"}, {"contact.a"}),
        ("{% if contact.a is defined %}x{% else %}{{ contact.a }}{% endif %}", {"contact.a"}, set()),
        ("{% if contact.a is defined and contact.a > 1 %}{{ contact.a }}{% endif %}", {"contact.a"}, {"contact.a"}),
        ("{{ contact.a if contact.a is defined else '' }}", {"contact.a"}, {"contact.a"}),
        ("{% for line in event.lines %}{{ line.title }}{{ coupon }}{% endfor %}", {"event.lines", "coupon"}, set()),
        ("{{ contact['дом 1'][0] }}", {"contact.дом 1.0"}, set()),
        ("{{ broken", set(), set()),
    ],
)  # fmt: skip
def test_variables_and_their_defaults(text: str, names: set[str], optional: set[str]) -> None:
    assert variables(text) == names
    assert defaulted(text) == optional


def test_plain_data() -> None:
    copied = plain(
        {
            "text": "a" * 5000,
            "list": [1, 2.5, True, None],
            "day": date(2024, 5, 1),
            "at": datetime(2024, 5, 1, tzinfo=UTC),
            "sum": Decimal("1.5"),
            "huge": 10**400,
            "endless": float("inf"),
            3: (1,),
            "many": list(range(2000)),
        }
    )
    assert copied["text"] == "a" * 4096
    assert copied["list"] == [1, 2.5, True, None]
    assert (copied["day"], copied["at"], copied["sum"]) == ("2024-05-01", "2024-05-01T00:00:00+00:00", 1.5)
    assert (copied["huge"], copied["endless"], copied["3"], len(copied["many"])) == (None, None, [1], 1000)
    deep: Any = "x"
    for _ in range(20):
        deep = [deep]
    assert str(plain(deep)).count("[") == 8
    with pytest.raises(TemplateRefused, match="not a object"):
        plain({"a": object()})
