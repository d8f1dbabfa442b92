"""Connections to messengers: kept for the next request, spread over small pools, closed with the client."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from engine.lanes import Lanes

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}"


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
    async with httpx.AsyncClient(transport=Lanes(20, keep_alive=5.0, width=4), trust_env=False) as client:
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


def test_nobody_there_is_told_as_a_connection_that_was_never_made() -> None:
    async def ask() -> None:
        async with httpx.AsyncClient(transport=Lanes(2, keep_alive=1.0), trust_env=False) as client:
            await client.get("http://127.0.0.1:9/")

    with pytest.raises(httpx.ConnectError):
        asyncio.run(ask())
