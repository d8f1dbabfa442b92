"""What goes over the wire is what was composed: nothing is remembered, followed, repeated or added for pages."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest

from engine.wire import Wire

BODY = b'{"chat_id": 1}'


def asked(handler: httpx.MockTransport, *urls: str) -> list[httpx.Response]:
    """The answers to the same request at several addresses, one after another."""

    async def ask() -> list[httpx.Response]:
        wire = Wire(handler, httpx.Timeout(3.0))
        answers = [await wire.request("POST", url, BODY, {"authorization": "Bearer x"}) for url in urls]
        await wire.aclose()
        return answers

    return asyncio.run(ask())


def test_a_request_is_what_was_composed_and_its_answer_is_read() -> None:
    heard: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(b'{"ok": true}'))

    (told,) = asked(httpx.MockTransport(answer), "http://a.test/bot1/send?x=%C3%A9")
    (request,) = heard
    assert (request.method, request.url.raw_path, request.content) == ("POST", b"/bot1/send?x=%C3%A9", BODY)
    assert request.headers["host"] == "a.test"
    assert request.headers["content-length"] == str(len(BODY))
    assert request.headers["authorization"] == "Bearer x"
    assert request.extensions["timeout"] == {"connect": 3.0, "read": 3.0, "write": 3.0, "pool": 3.0}
    assert (told.status_code, told.content) == (200, b'{"ok": true}')


def test_cookies_are_not_remembered_and_redirects_are_not_followed() -> None:
    heard: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(307, headers={"set-cookie": "a=1", "location": "http://b.test/"})

    told = asked(httpx.MockTransport(answer), "http://a.test/", "http://a.test/")
    assert [each.status_code for each in told] == [307, 307]
    assert [(each.url.host, "cookie" in each.headers) for each in heard] == [("a.test", False)] * 2


def test_what_the_transport_raises_is_raised_once() -> None:
    heard: list[httpx.Request] = []

    def broken(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        raise httpx.ReadError("gone")

    with pytest.raises(httpx.ReadError):
        asked(httpx.MockTransport(broken), "http://a.test/")
    assert len(heard) == 1
