"""Requests to other people's systems: allowed hosts only, never into our own network, bounded in time and size."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

#: The longest answer that is read, in bytes.
LONGEST = 1_000_000
#: Ways into other networks that count as global addresses: NAT64, 6to4, Teredo.
DISGUISED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))

LookUp = Callable[[str, int], Awaitable[list[str]]]


class NotAllowed(Exception):
    """This address may not be called from here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def may_call(url: str, hosts: Collection[str]) -> bool:
    """Whether an address is at an allowed host: `api.example.org` (over https, at its usual port), or an origin that
    was named in full, as `http://10.0.0.5:8080`, which may then be in the installation's own network."""
    parts = _split(url)
    if parts is None:
        return False
    scheme, host, port = parts
    return f"{scheme}://{host}:{port}" in {_origin(each) for each in hosts} or (
        scheme == "https" and port == 443 and host in hosts
    )


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(str(mapped))
    return found.is_global and not found.is_multicast and not any(found in each for each in DISGUISED)


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


async def call(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    seconds: float,
    hosts: Collection[str],
    look_up: LookUp = look_up,
) -> Answer:
    """Make one request without redirects. NotAllowed; httpx.HTTPError, OSError and TimeoutError as they come.

    A name is resolved once, every address that it has must be public, and the one that was checked is the one that is
    connected to: a name that changes its mind in between reaches nothing.
    """
    parts = _split(url)
    if parts is None or not may_call(url, hosts):
        raise NotAllowed
    scheme, host, port = parts
    async with asyncio.timeout(seconds):
        target, extensions = httpx.URL(url), {}
        if f"{scheme}://{host}:{port}" not in {_origin(each) for each in hosts}:
            addresses = await look_up(host, port)
            if not addresses or not all(map(is_public, addresses)):
                raise NotAllowed
            target, extensions = target.copy_with(host=addresses[0]), {"sni_hostname": host}
        asked = {**headers, "Host": httpx.URL(url).netloc.decode()}
        async with client.stream(method, target, headers=asked, content=content, extensions=extensions) as response:
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LONGEST:
                    raise httpx.DecodingError("the answer is too long", request=response.request)
            return Answer(response.status_code, body)


def _split(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if scheme not in ("http", "https") or not host or parts.username or parts.password:
        return None
    return scheme, host, port or (443 if scheme == "https" else 80)


def _origin(allowed: str) -> str:
    parts = _split(allowed) if "://" in allowed else None
    return "" if parts is None else f"{parts[0]}://{parts[1]}:{parts[2]}"
