"""A bell that is still connecting when its shift is stopped: nothing stays open."""

from __future__ import annotations

import asyncio
import warnings

import psycopg
import pytest
from sqlalchemy import URL, make_url

from engine.shift import hear
from store.bell import WireBell
from tests.crashes.proxy import wire


def bells(postgres_url: str) -> int:
    """How many bells the server hears."""
    with psycopg.connect(postgres_url) as connection:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tropa bell'"
        row = connection.execute(f"{statement} AND datname = current_database()").fetchone()
    assert row is not None
    return int(row[0])


def test_who_is_stopped_while_connecting_leaves_no_connection(postgres_url: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        asyncio.run(stopped_while_connecting(make_url(postgres_url)))
    assert [str(each.message) for each in told] == []
    assert bells(postgres_url) == 0


async def stopped_while_connecting(url: URL) -> None:
    """Hear by a gate that opens only after the one who wanted to hear was stopped."""
    came, opened = asyncio.Event(), asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def gate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        await opened.wait()
        back, forth = await asyncio.open_connection("127.0.0.1", url.port)
        await asyncio.gather(pass_on(reader, forth), pass_on(back, writer))
        gone.set()

    gone = asyncio.Event()
    async with await asyncio.start_server(gate, "127.0.0.1", 0) as server:
        hearing = asyncio.create_task(hear(url.set(port=server.sockets[0].getsockname()[1])))
        await came.wait()
        hearing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hearing
        opened.set()
        async with asyncio.timeout(20):
            await gone.wait()


def test_a_bell_that_was_closed_while_it_tried_again_stays_closed(postgres_url: str) -> None:
    url = make_url(postgres_url)
    assert url.port is not None
    with wire(url.port) as line:
        line.down()
        bell = WireBell(url.set(port=line.port))
        assert bell.lost
        line.up()
        bell.close()
        # The thread that was trying again comes through.
        bell.listen()
        assert bell.lost
