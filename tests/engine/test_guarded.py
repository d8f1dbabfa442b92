"""Requests to other systems go to allowed hosts only, and never into our own network, whatever a name says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from engine.guarded import Answer, NotAllowed, call, is_public, may_call

HOSTS = frozenset({"crm.example.org", "http://10.0.0.5:8080"})


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://crm.example.org/hook?x=1", True),
        ("https://CRM.example.org:443/hook", True),
        ("http://10.0.0.5:8080/hook", True),
        ("http://crm.example.org/hook", False),
        ("https://crm.example.org:8443/hook", False),
        ("https://crm.example.org.evil.example/", False),
        ("https://evil.example/?crm.example.org", False),
        ("https://crm.example.org@evil.example/", False),
        ("https://me:secret@crm.example.org/", False),
        ("http://10.0.0.5:8081/hook", False),
        ("http://10.0.0.5/hook", False),
        ("https://127.0.0.1/", False),
        ("https://2130706433/", False),
        ("https://0x7f.1/", False),
        ("https://[::1]/", False),
        ("file:///etc/passwd", False),
        ("https:///hook", False),
        ("https://crm.example.org:99999/", False),
        ("https://[::1/", False),
        ("crm.example.org", False),
    ],
)
def test_which_addresses_may_be_called(url: str, may: bool) -> None:
    assert may_call(url, HOSTS) is may
    assert not may_call(url, frozenset())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        *(
            (each, False)
            for each in (
                "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
                "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
                "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1",
                "2002:7f00:1::", "2001:0:53aa:64c::1", "2130706433", "0x7f.1", "localhost", "",
            )
        ),
    ],
)  # fmt: skip
def test_which_networks_are_the_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


def asked(
    answer: Callable[[httpx.Request], httpx.Response], *addresses: str, url: str = "https://crm.example.org/hook"
) -> tuple[Answer | type[Exception], list[httpx.Request]]:
    """What comes of one call while the name has these addresses, and what reached the wire."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    async def look_up(host: str, port: int) -> list[str]:
        assert (host, port) == ("crm.example.org", 443)
        return list(addresses)

    async def work() -> Answer | type[Exception]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler), trust_env=False) as client:
            try:
                return await call(client, "POST", url, {"X-A": "b"}, b"{}", 5.0, HOSTS, look_up)
            except (NotAllowed, httpx.HTTPError) as trouble:
                return type(trouble)

    return asyncio.run(work()), seen


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    answer, (request,) = asked(lambda _: httpx.Response(201, content=b"yes"), "93.184.216.34")
    assert answer == Answer(201, b"yes")
    assert (request.url.host, request.headers["Host"]) == ("93.184.216.34", "crm.example.org")
    assert request.extensions["sni_hostname"] == "crm.example.org"


@pytest.mark.parametrize("addresses", [(), ("10.0.0.1",), ("93.184.216.34", "127.0.0.1")])
def test_a_name_with_any_address_of_ours_reaches_nothing(addresses: tuple[str, ...]) -> None:
    assert asked(lambda _: httpx.Response(200), *addresses) == (NotAllowed, [])


def test_redirects_are_not_followed_and_long_answers_are_cut_off() -> None:
    elsewhere = httpx.Response(302, headers={"Location": "http://169.254.169.254/"})
    answer, seen = asked(lambda _: elsewhere, "93.184.216.34")
    assert (isinstance(answer, Answer) and answer.status, len(seen)) == (302, 1)
    long = httpx.Response(200, content=b"x" * 2_000_000)
    assert asked(lambda _: long, "93.184.216.34")[0] is httpx.DecodingError


def test_an_origin_that_was_named_in_full_may_be_in_our_network() -> None:
    answer, (request,) = asked(lambda _: httpx.Response(200), url="http://10.0.0.5:8080/hook")
    assert (answer, str(request.url)) == (Answer(200, b""), "http://10.0.0.5:8080/hook")
