"""Connections to messengers: kept for the next request, spread over small pools, closed with the client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import httpx
import pytest

from engine.lanes import Lanes

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}"


async def _asked(serve: Serve, times: int = 1, read: float = 5.0, pause: float = 0.0) -> list[str]:
    """What came of requests one after another: the answer's text, or the name of the error."""
    serving: set[object] = set()

    async def serve_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await serve(reader, writer)
            writer.close()
            await writer.wait_closed()
        serving.remove(writer)

    server = await asyncio.start_server(serve_and_close, "127.0.0.1", 0)
    url, told = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", []
    timeout = httpx.Timeout(5.0, read=read)
    async with httpx.AsyncClient(transport=Lanes(2, keep_alive=5.0), trust_env=False, timeout=timeout) as client:
        for _ in range(times):
            try:
                told.append((await client.post(url, content=b"{}")).text)
            except httpx.HTTPError as error:
                told.append(type(error).__name__)
            await asyncio.sleep(pause)
    while serving:
        await asyncio.sleep(0.01)
    server.close()
    return told


def answering(*pieces: bytes) -> Serve:
    """A server that answers the first request of each connection in such pieces, and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    return serve


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ((b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 4\r\n\r\nwh", b"ole"), "whol"),
        ((b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n"), "abcde"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", ANSWER), "{}"),
        ((b"HTTP/1.0 200 OK\r\n\r\nuntil ", b"the end"), "until the end"),
        # Whatever goes wrong after the request was written leaves us not knowing.
        ((), "RemoteProtocolError"),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",), "RemoteProtocolError"),
        ((b"SMTP ready\r\n\r\n",), "RemoteProtocolError"),
    ],
)
def test_an_answer_is_read_to_its_end_and_a_broken_one_is_unknown(pieces: Sequence[bytes], told: str) -> None:
    assert asyncio.run(_asked(answering(*pieces))) == [told]


def test_a_server_that_is_silent_is_not_waited_for() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert asyncio.run(_asked(silent, read=0.05)) == ["ReadTimeout"]


def test_a_connection_that_the_server_has_closed_is_not_asked_again() -> None:
    assert asyncio.run(_asked(answering(ANSWER), times=3, pause=0.1)) == ["{}"] * 3


class Counting:
    """A server that answers every request after a moment, and counts its connections."""

    def __init__(self) -> None:
        self.opened = self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self.open += 1
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(0.02)
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.open -= 1
            writer.close()


async def _rounds(times: int, at_once: int) -> tuple[Counting, list[int]]:
    counting = Counting()
    server = await asyncio.start_server(counting.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    opened = []
    async with httpx.AsyncClient(transport=Lanes(20, keep_alive=5.0), trust_env=False) as client:
        for _ in range(times):
            answers = await asyncio.gather(*(client.get(url) for _ in range(at_once)))
            assert [answer.status_code for answer in answers] == [200] * at_once
            opened.append(counting.opened)
    while counting.open:
        await asyncio.sleep(0.01)
    server.close()
    await server.wait_closed()
    return counting, opened


def test_as_many_connections_as_requests_at_once_and_no_more_when_they_come_again() -> None:
    counting, opened = asyncio.run(_rounds(3, 20))
    assert opened == [20, 20, 20]
    assert counting.open == 0


def test_more_requests_than_connections_wait_for_their_turn() -> None:
    _, opened = asyncio.run(_rounds(1, 50))
    assert opened == [20]


def test_a_connection_that_nobody_needs_is_let_go_and_the_next_request_has_one_of_its_own() -> None:
    async def ask() -> int:
        counting = Counting()
        server = await asyncio.start_server(counting.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with httpx.AsyncClient(transport=Lanes(5, keep_alive=0.02), trust_env=False) as client, server:
            for _ in range(2):
                await asyncio.gather(*(client.get(url) for _ in range(3)))
                async with asyncio.timeout(20):
                    while counting.open:
                        await asyncio.sleep(0.01)
        return counting.opened

    assert asyncio.run(ask()) == 6


def test_nobody_there_is_told_as_a_connection_that_was_never_made() -> None:
    async def ask() -> None:
        async with httpx.AsyncClient(transport=Lanes(2, keep_alive=1.0), trust_env=False) as client:
            await client.get("http://127.0.0.1:9/")

    with pytest.raises(httpx.ConnectError):
        asyncio.run(ask())
