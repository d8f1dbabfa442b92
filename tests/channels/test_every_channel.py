"""What holds for every messenger: any JSON is read, signatures are checked, secrets stay in URLs and headers."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC
from pathlib import PurePath
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import registry
from channels.base import (
    Accepted,
    Account,
    Answer,
    Channel,
    Event,
    Named,
    Notice,
    Receipt,
    Reply,
    Reviewed,
    Standing,
    Unknown,
)
from channels.message import Button, Media, Message, Template
from channels.reading import UNTOLD, instant
from tests.channels.samples import ACCOUNTS, REF, SAVED, answer_names, saved, saved_names

NAMES = sorted(ACCOUNTS)
KEYS = st.sampled_from(
    (
        *("update_id", "message", "callback_query", "my_chat_member", "from", "chat", "id", "data", "date", "text"),
        *("entry", "changes", "value", "field", "messages", "statuses", "errors", "contacts", "type", "timestamp"),
        *("user_preferences", "context", "interactive", "button_reply", "button", "payload", "status", "code"),
        *("event", "sender", "user", "user_id", "message_token", "tracking_data", "messaging", "recipient"),
        *("postback", "optin", "referral", "delivery", "read", "mids", "watermark", "is_echo", "attachments"),
        *("ok", "result", "error", "error_code", "parameters", "retry_after", "error_subcode", "error_data"),
    )
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ("message", "messages", "private", "interactive", "failed", "delivered", "subscribed", "stop", "text")
    ),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


def every_saved() -> list[tuple[str, str]]:
    return [(name, file) for name in NAMES for file in saved_names(name)]


def changed(body: Any, path: list[int], value: Any) -> Any:
    """The same JSON with one of its parts replaced; the path chooses a branch at each level."""
    if not path or not isinstance(body, dict | list) or not body:
        return value
    if isinstance(body, list):
        place = path[0] % len(body)
        return [changed(one, path[1:], value) if each == place else one for each, one in enumerate(body)]
    chosen = sorted(body)[path[0] % len(body)]
    return {key: changed(one, path[1:], value) if key == chosen else one for key, one in body.items()}


def check_events(channel: Channel, body: Any) -> None:
    events = channel.read_webhook(body)
    assert events
    for event in events:
        assert isinstance(event, get_args(Event))
        if not isinstance(event, Named | Notice | Reviewed | Standing):
            at = getattr(event, "at", None) or event.until
            assert at.tzinfo is UTC
        if isinstance(event, Reply):
            assert event.key
            assert event.address
            assert event.text or event.button or event.media or channel.name == "whatsapp"
    answer = channel.webhook_answer(body)
    assert answer is None or answer["method"] == "answerCallbackQuery"


def test_the_four_messengers_are_found() -> None:
    assert sorted(registry()) == NAMES


@pytest.mark.parametrize("name", NAMES)
@given(body=JSON)
def test_any_json_is_read(name: str, body: Any) -> None:
    check_events(registry()[name], body)


@pytest.mark.parametrize("name", NAMES)
@given(status=st.integers(100, 599), body=JSON, header=st.text(max_size=20))
def test_any_answer_is_read(name: str, status: int, body: Any, header: str) -> None:
    headers = {"Retry-After": header, "X-Business-Use-Case-Usage": header}
    assert isinstance(registry()[name].read_answer(status, headers, body), get_args(Answer))


@pytest.mark.skipif(not SAVED.exists(), reason="the saved payloads are not here")
@given(data=st.data())
def test_a_saved_webhook_with_any_part_changed_is_read(data: st.DataObject) -> None:
    name, file = data.draw(st.sampled_from(every_saved()))
    path = data.draw(st.lists(st.integers(0, 9), max_size=9))
    check_events(registry()[name], changed(saved(f"{name}/{file}"), path, data.draw(JSON)))


@pytest.mark.parametrize(("name", "file"), every_saved())
def test_every_saved_webhook_is_understood(name: str, file: str) -> None:
    events = registry()[name].read_webhook(saved(f"{name}/{file}"))
    assert events
    kinds = [event.kind for event in events if isinstance(event, Notice)]
    assert "unreadable" not in kinds
    wanted = {"in": Reply, "button": Reply, "list": Reply, "status": Receipt}.get(file.partition("_")[0])
    if wanted and not kinds and "watermark" not in file and file != "status_read.json":
        assert any(isinstance(event, wanted) for event in events)


@pytest.mark.parametrize(
    ("told", "year"),
    [
        (1700000000, 2023),
        ("1700000000", 2023),
        (1700000000000, 2023),
        ("1700000000000", 2023),
        (1700000000.5, 2023),
        (0, 1970),
        (-5, 1970),
        (10**40, 1970),
        ("9" * 30, 1970),
        ("١٧٠٠٠٠٠٠٠٠", 1970),
        (float("nan"), 1970),
        (float("inf"), 1970),
        (True, 1970),
        (None, 1970),
        ({}, 1970),
    ],
)
def test_instants_are_seconds_or_milliseconds(told: Any, year: int) -> None:
    assert instant(told).year == year
    assert (instant(told) == UNTOLD) is (year == 1970)


MESSAGES = [
    Message(text="Hi", extra={name: {"x": 1} for name in NAMES}),
    Message(
        text="Hi",
        media=Media(kind="image", url="https://a/b.jpg"),
        buttons=(
            Button(id="a", title="A"),
            Button(id="b", title="B", url="https://a"),
            Button(id="c", title="C", copy="X"),
        ),
    ),
    Message(media=Media(kind="document", url="https://a/b.pdf", size=1)),
    Message(template=Template(name="promo", body=("a",))),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("message", MESSAGES)
def test_a_token_is_only_in_urls_and_headers(name: str, message: Message) -> None:
    channel, account = registry()[name], ACCOUNTS[name]
    account = replace(account, secrets={**account.secrets, "token": "S3CRET"})
    requests = [
        *channel.compose(message, "777", account, REF),
        *channel.register_webhook(account, "https://t.example"),
        channel.check_account(account),
    ]
    for request in requests:
        assert "S3CRET" in request.url + "".join(request.headers.values())
        assert "S3CRET" not in json.dumps(request.json) + request.label + repr(request)


@pytest.mark.parametrize("name", NAMES)
@given(
    text=st.text(max_size=30),
    titles=st.lists(st.text(max_size=30), max_size=14),
    kind=st.sampled_from(("image", "video", "document", "audio", None)),
    links=st.integers(0, 3),
)
def test_whatever_is_said_composes_and_never_loses_a_reply(
    name: str, text: str, titles: list[str], kind: Any, links: int
) -> None:
    """Every reply button has its payload in exactly one request, whatever else degrades."""
    replies = tuple(Button(id=f"o{place}", title=title) for place, title in enumerate(titles))
    urls = tuple(Button(id=f"u{place}", title="L", url=f"https://a/{place}") for place in range(links))
    media = Media(kind=kind, url="https://a/b") if kind else None
    message = Message(text=text, buttons=replies + urls, media=media)
    channel = registry()[name]
    wire = [json.dumps(request.json) for request in channel.compose(message, "777", ACCOUNTS[name], REF)]
    assert 1 <= len(wire) <= 2
    for button in replies:
        assert sum(f'"{REF}:{button.id}"' in body for body in wire) == 1
    for button in urls:
        assert sum(str(button.url) in body for body in wire) == 1
    for line in channel.problems(message):
        assert line.removeprefix("error: ").startswith(channel.title)
        assert line.endswith(".")


@pytest.mark.parametrize(
    ("name", "kind", "most"),
    [
        ("whatsapp", "image", 5),
        ("whatsapp", "video", 16),
        ("whatsapp", "document", 100),
        ("telegram", "image", 5),
        ("telegram", "document", 20),
        ("viber", "image", 1),
        ("viber", "video", 26),
        ("viber", "document", 50),
        ("messenger", "image", 8),
        ("messenger", "video", 25),
    ],
)
def test_a_file_may_be_too_large(name: str, kind: Any, most: int) -> None:
    channel = registry()[name]
    fits = Message(media=Media(kind=kind, url="https://a/b.pdf", size=most * 1024 * 1024))
    over = replace(fits, media=Media(kind=kind, url="https://a/b.pdf", size=most * 1024 * 1024 + 1))
    problem = f"error: {channel.title} takes such a file up to {most} MB; this one has {most + 1} MB."
    assert problem not in channel.problems(fits)
    assert problem in channel.problems(over)


@pytest.mark.parametrize("file", answer_names("whatsapp/outbound_responses"))
def test_every_answer_of_the_specification_is_read(file: str) -> None:
    answer = registry()["whatsapp"].read_answer(200, {}, saved(file))
    assert isinstance(answer, Accepted)


@pytest.mark.parametrize("file", [*answer_names("telegram/api_responses"), *answer_names("messenger/api_responses")])
def test_every_saved_answer_has_a_meaning(file: str) -> None:
    told = saved(file)
    status, body = told.get("http_status", 200), told.get("body", told)
    answer = registry()[file.partition("/")[0]].read_answer(status, {}, body)
    assert not isinstance(answer, Unknown)
    assert isinstance(answer, Accepted) is (PurePath(file).name.startswith("ok") or "query_old" in file)


def signature(name: str, secret: str, raw: bytes) -> dict[str, str]:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return {"X-Viber-Content-Signature": digest} if name == "viber" else {"x-hub-signature-256": f"sha256={digest}"}


SIGNED = ["messenger", "viber", "whatsapp"]


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_is_of_the_raw_bytes(name: str) -> None:
    channel, raw = registry()[name], b'{"text": "\\u043f"}'
    account = Account(channel=name, name="s", base_url="", secrets={"token": "key", "app_secret": "key"})
    headers = signature(name, "key", raw)
    assert channel.verify(headers, raw, account)
    assert not channel.verify(headers, raw + b" ", account)
    assert not channel.verify(headers, raw, replace(account, secrets={}))
    assert not channel.verify(signature(name, "", raw), raw, replace(account, secrets={"token": "", "app_secret": ""}))
    assert not channel.verify({}, raw, account)


@pytest.mark.parametrize("name", SIGNED)
@given(value=st.text(max_size=80))
def test_any_other_signature_is_refused(name: str, value: str) -> None:
    account = Account(channel=name, name="s", base_url="", secrets={"token": "key", "app_secret": "key"})
    for header in ("X-Viber-Content-Signature", "X-Hub-Signature-256"):
        assert not registry()[name].verify({header: value}, b"{}", account)
        assert not registry()[name].verify({header: "sha256=" + value}, b"{}", account)


@pytest.mark.parametrize("name", ["messenger", "whatsapp"])
def test_metas_own_signature_vectors(name: str) -> None:
    told = saved("messenger/signature_vector.json")
    account = Account(channel=name, name="s", base_url="", secrets={"app_secret": told["app_secret"]})
    first, second = told["vectors"]
    headers = {"X-Hub-Signature-256": f"sha256={first['sha256']}"}
    assert registry()[name].verify(headers, first["body"].encode(), account)
    assert not registry()[name].verify(headers, second["body"].encode(), account)


def test_vibers_own_signature_vector() -> None:
    told = saved("viber/signature_vector.json")
    account = Account(channel="viber", name="s", base_url="", secrets={"token": told["auth_token"]})
    headers = {"X-Viber-Content-Signature": told["X-Viber-Content-Signature"]}
    assert registry()["viber"].verify(headers, told["raw_body"].encode(), account)
    assert not registry()["viber"].verify(headers, told["raw_body"].encode()[:-1], account)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_needs_a_public_name(name: str) -> None:
    with pytest.raises(ValueError, match="the account has no"):
        registry()[name].opt_in_link(replace(ACCOUNTS[name], settings={}), "promo42")
