"""A template remembers what it said for which values."""

from __future__ import annotations

import pytest

from journeys.templates import MissingVariable, compile_template


def test_what_was_said_before_is_said_only_of_the_same() -> None:
    template = compile_template("{{ contact.at|time }} {{ contact.name|default('friend') }} {{ contact.vip }}")
    at = "2024-05-10T21:05:00+00:00"
    told = [
        ({"at": at, "name": "Anna", "vip": "true"}, "UTC", "21:05 Anna true"),
        ({"at": at, "name": "Anna", "vip": "true"}, "Europe/Moscow", "00:05 Anna true"),
        ({"at": at, "vip": "true"}, "UTC", "21:05 friend true"),
        ({"at": at, "name": "Anna", "vip": True}, "UTC", "21:05 Anna true"),
        ({"at": at, "name": "Anna", "vip": 1}, "UTC", "21:05 Anna 1"),
        ({"at": at, "name": "Anna", "vip": 1.0}, "UTC", "21:05 Anna 1"),
    ]
    for contact, zone, says in told * 2:
        assert template.render({"contact": contact}, zone=zone) == says
    with pytest.raises(MissingVariable, match=r"contact\.vip"):
        template.render({"contact": {"at": at, "name": "Anna"}})
    many = [f"n{number}" for number in range(1_000)]
    assert [template.render({"contact": {"at": at, "name": name, "vip": "-"}}) for name in many] == [
        f"21:05 {name} -" for name in many
    ]
