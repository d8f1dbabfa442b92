"""WhatsApp: what each answer of the Cloud API means, code by code."""

from __future__ import annotations

from typing import Any

import pytest

from channels.base import Accepted, Rejected, RetryAfter, Trouble, Unknown
from channels.whatsapp import channel
from tests.channels.samples import SAVED, saved


def error(code: Any, **more: Any) -> dict[str, Any]:
    return {"error": {"message": "(#1) No", "type": "OAuthException", "code": code, "fbtrace_id": "x", **more}}


@pytest.mark.parametrize(
    ("trouble", "codes"),
    [
        (Trouble.CONTACT_DOUBTFUL, [131026]),
        (Trouble.CONTACT_INVALID, [131030]),
        (Trouble.OUTSIDE_WINDOW, [131047]),
        (Trouble.OPTED_OUT, [131050]),
        (
            Trouble.ACCOUNT_RESTRICTED,
            [368, 131031, 130497, 131042, 131044, 131045, 131037, 131048, 131063],
        ),
        (Trouble.QUOTA, [131064]),
        (Trouble.TEMPLATE_PROBLEM, [132001, 132005, 132007, 132015, 132016]),
        (
            Trouble.CONTENT_INVALID,
            [100, 130472, 131008, 131009, 131021, 131051, 131052, 131062, 132000, 132008, 132012, 132018, 999999],
        ),
        (Trouble.ACCOUNT_AUTH, [0, 3, 10, 33, 190, 200, 230, 299, 131005]),
        (Trouble.RETRY_BACKOFF, [1, 2, 131000, 131016, 131053, 131057, 133004, 135000]),
    ],
)
def test_a_code_has_its_class(trouble: Trouble, codes: list[int]) -> None:
    for code in codes:
        answer = channel.read_answer(400, {}, error(code, error_data={"details": "why"}))
        assert answer == Rejected(trouble=trouble, code=str(code), text="(#1) No: why")


@pytest.mark.parametrize(
    ("code", "seconds", "scope"),
    [
        (4, 60.0, "account"),
        (80007, 60.0, "account"),
        (130429, 5.0, "account"),
        (131056, 6.0, "pair"),
        (131049, 86_400.0, "pair"),
    ],
)
def test_a_rate_limit_pauses_the_account_or_the_pair(code: int, seconds: float, scope: Any) -> None:
    assert channel.read_answer(400, {}, error(code)) == RetryAfter(
        seconds=seconds, scope=scope, code=str(code), told=seconds > 60
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":2},{"call_count":9}]}'}, 120.0),
        ({"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":0}]}'}, 5.0),
        ({"X-Business-Use-Case-Usage": "not json"}, 5.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 5.0),
    ],
)
def test_headers_tell_how_long(headers: dict[str, str], seconds: float) -> None:
    assert channel.read_answer(429, headers, error(130429)) == RetryAfter(
        seconds=seconds, code="130429", told=seconds != 5.0
    )


def test_a_known_code_counts_whatever_the_status() -> None:
    answer = channel.read_answer(500, {}, error("131000"))
    assert answer == Rejected(trouble=Trouble.RETRY_BACKOFF, code="131000", text="(#1) No")


def test_a_number_that_is_gone_is_the_accounts_fault() -> None:
    answer = channel.read_answer(400, {}, error(100, error_subcode=33))
    assert answer == Rejected(trouble=Trouble.ACCOUNT_AUTH, code="100/33", text="(#1) No")


def test_unknown_codes_with_a_hint() -> None:
    transient = channel.read_answer(400, {}, error(777777, is_transient=True))
    assert transient == Rejected(trouble=Trouble.RETRY_BACKOFF, code="777777", text="(#1) No")
    unauthorized = channel.read_answer(401, {}, error(777777))
    assert unauthorized == Rejected(trouble=Trouble.ACCOUNT_AUTH, code="777777", text="(#1) No")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, None),
        (400, None),
        (200, None),
        (200, {}),
        (200, {"messages": []}),
        (500, error(777777)),
        (404, {"error": "not found"}),
        (400, {"error": {"message": "x", "code": True}}),
        (503, {"messages": [{"id": "wamid.1"}]}),
    ],
)
def test_what_meta_did_not_say_is_unknown(status: int, body: Any) -> None:
    assert isinstance(channel.read_answer(status, {}, body), Unknown)


def test_a_proxys_429_is_a_wait() -> None:
    assert channel.read_answer(429, {}, None) == RetryAfter(seconds=60.0, code="429", told=False)


def test_success_gives_the_id() -> None:
    body = {"contacts": [{"wa_id": "7"}], "messages": [{"id": "wamid.1", "message_status": "accepted"}]}
    assert channel.read_answer(200, {}, body) == Accepted(id="wamid.1")
    assert channel.read_answer(200, {}, {"id": "1122334455", "verified_name": "Shop"}) == Accepted(id="1122334455")


@pytest.mark.parametrize("name", sorted(path.name for path in (SAVED / "whatsapp/outbound_responses").glob("*.json")))
def test_saved_answers_are_accepted(name: str) -> None:
    body = saved(f"whatsapp/outbound_responses/{name}")
    expected = "" if body.get("success") else body["messages"][0]["id"]
    assert channel.read_answer(200, {}, body) == Accepted(id=expected)
