"""A wire that a test may break: TCP in between, which passes everything on until it is told otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

#: Closing with nothing left to linger sends RST instead of FIN.
RESET = struct.pack("ii", 1, 0)


class Wire:
    """A loopback port in front of another. `mode` holds for connections and bytes from then on.

    `pass`; `reset_request`: RST as soon as the request comes, nothing reaches the other end; `reset_answer`: the
    request arrives, RST instead of the answer; `close_answer`: the same with FIN; `half_answer`: FIN in the middle of
    the answer; `trickle`: the answer byte by byte; `silent`: what is sent is taken, and no answer ever comes.
    """

    def __init__(self, port: int) -> None:
        self.mode = "pass"
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.up()

    def up(self) -> None:
        """Listen, at the same port as before."""

        async def start() -> asyncio.Server:
            return await asyncio.start_server(self._serve, "127.0.0.1", self.port)

        self._server = asyncio.run_coroutine_threadsafe(start(), self._loop).result(20)
        self.port = self._server.sockets[0].getsockname()[1]

    def down(self) -> None:
        """Refuse connections, and cut those that there are."""

        async def stop() -> None:
            assert self._server is not None
            self._server.close()
            self._cut()

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(20)

    def cut(self) -> int:
        """Reset every connection, how many ends there were; new ones are taken."""

        async def cut() -> int:
            return self._cut()

        return asyncio.run_coroutine_threadsafe(cut(), self._loop).result(20)

    def close(self) -> None:
        """End it."""
        self.down()

        async def rest() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for each in others:
                each.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # what was closed is let go of in the next round of the loop

        asyncio.run_coroutine_threadsafe(rest(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    def _cut(self) -> int:
        ends = list(self._open)
        for each in ends:
            _reset(each)
        return len(ends)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            _reset(writer)
            return
        both = {writer, forth}
        self._open |= both
        try:
            await asyncio.gather(self._requests(reader, forth, writer), self._answers(back, writer))
        finally:
            self._open -= both
            for each in both:
                each.close()

    async def _requests(
        self, reader: asyncio.StreamReader, forth: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self.mode == "reset_request":
                    _reset(back)
                    break
                forth.write(data)
                await forth.drain()
        forth.close()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self.mode == "reset_answer":
                    _reset(writer)
                    break
                if self.mode == "silent":
                    continue
                if self.mode in ("close_answer", "half_answer"):
                    writer.write(data[: len(data) // 2 if self.mode == "half_answer" else 0])
                    await writer.drain()
                    break
                for piece in [data[at : at + 1] for at in range(len(data))] if self.mode == "trickle" else [data]:
                    writer.write(piece)
                    await writer.drain()
        writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@contextlib.contextmanager
def wire(port: int) -> Iterator[Wire]:
    """A wire to a loopback port."""
    made = Wire(port)
    try:
        yield made
    finally:
        made.close()
