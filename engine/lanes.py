"""Connections to messengers: HTTP/1.1 by h11 straight on asyncio's transports, for a third of what httpcore costs."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache

import h11
import httpx

#: Bytes of an answer's head.
LONGEST_HEAD = 100 * 1024
Origin = tuple[str, str, int]


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed: reading them takes as long as fifty requests."""
    return httpx.create_ssl_context(trust_env=False)


class Lanes(httpx.AsyncBaseTransport):
    """So many connections at once; each is kept a while for the next request to its server.

    Nothing is repeated. An error before the first byte of a request is written is a `ConnectError`, `ConnectTimeout` or
    `PoolTimeout`; any later one is another error: then nobody knows what the server has done.
    """

    def __init__(self, connections: int, keep_alive: float, trusted: ssl.SSLContext | None = None) -> None:
        """`trusted`: whose certificates are believed; the world's usual authorities when nothing is said."""
        self._trusted = trusted
        self._room, self._keep_alive = asyncio.Semaphore(connections), keep_alive
        self._most = connections
        self._busy = 0
        #: Those idle longest come first.
        self._idle: list[_Lane] = []
        self._sweeper: asyncio.TimerHandle | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its whole answer."""
        limits = request.extensions.get("timeout", {})
        content = await request.aread()
        await self._enter(limits.get("pool"))
        try:
            lane = await self._lane(request.url, limits.get("connect"))
            try:
                async with asyncio.timeout(limits.get("read")):
                    return await lane.ask(request, content)
            except TimeoutError as late:
                raise httpx.ReadTimeout("no answer in time", request=request) from late
            finally:
                self._leave(lane)
        finally:
            self._busy -= 1
            self._room.release()

    async def aclose(self) -> None:
        """Close every connection that is kept."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        while self._idle:
            self._idle.pop().close()
        # Their sockets close in the loop's next round.
        await asyncio.sleep(0)

    async def _enter(self, patience: float | None) -> None:
        try:
            # No timer where nothing is waited for: they cost a tenth of a request each.
            if not self._room.locked():
                await self._room.acquire()
            else:
                async with asyncio.timeout(patience):
                    await self._room.acquire()
        except TimeoutError as late:
            raise httpx.PoolTimeout("all connections are in use") from late
        self._busy += 1

    async def _lane(self, url: httpx.URL, patience: float | None) -> _Lane:
        if url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"{url.scheme or 'no scheme'} is not spoken here")
        origin = (url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        now = asyncio.get_running_loop().time()
        for lane in reversed(self._idle):
            if lane.origin == origin and lane.usable and lane.until > now:
                self._idle.remove(lane)
                return lane
        while self._idle and len(self._idle) + self._busy > self._most:
            self._idle.pop(0).close()
        return await _opened(origin, patience, (self._trusted or _trusted()) if url.scheme == "https" else None)

    def _leave(self, lane: _Lane) -> None:
        self._idle = [each for each in self._idle if each.usable] if len(self._idle) >= self._most else self._idle
        if not lane.next_cycle():
            lane.close()
            return
        loop = asyncio.get_running_loop()
        lane.until = loop.time() + self._keep_alive
        self._idle.append(lane)
        if self._sweeper is None:
            self._sweeper = loop.call_at(lane.until, self._sweep)

    def _sweep(self) -> None:
        """Close what was idle for long: one timer for all, not one for each request."""
        loop = asyncio.get_running_loop()
        while self._idle and self._idle[0].until <= loop.time():
            self._idle.pop(0).close()
        self._sweeper = loop.call_at(self._idle[0].until, self._sweep) if self._idle else None


async def _opened(origin: Origin, patience: float | None, trusted: ssl.SSLContext | None) -> _Lane:
    _, host, port = origin
    named = host if trusted else None
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience):
            _, lane = await loop.create_connection(
                lambda: _Lane(origin), host, port, ssl=trusted, server_hostname=named, happy_eyeballs_delay=0.25
            )
    except TimeoutError as late:
        raise httpx.ConnectTimeout("no connection in time") from late
    except OSError as trouble:
        raise httpx.ConnectError(str(trouble)) from trouble
    return lane


class _Lane(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._wire: asyncio.Transport | None = None
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._answer: asyncio.Future[httpx.Response] | None = None
        self._head: h11.Response | None = None
        self._body: list[bytes] = []
        #: Until when it may be asked again, by the loop's clock.
        self.until = 0.0

    @property
    def usable(self) -> bool:
        return self._wire is not None and not self._wire.is_closing()

    async def ask(self, request: httpx.Request, content: bytes) -> httpx.Response:
        """Write a request, and wait for its answer."""
        wire = self._wire
        assert wire is not None
        self._answer, self._head, self._body = asyncio.get_running_loop().create_future(), None, []
        try:
            asked = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            told = self._http.send(asked)
            told += self._http.send(h11.Data(data=content)) if content else b""
            told += self._http.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as fault:
            raise httpx.LocalProtocolError(str(fault), request=request) from fault
        wire.write(told)
        try:
            return await self._answer
        finally:
            self._answer = None

    def next_cycle(self) -> bool:
        """Whether the connection can be asked once more."""
        states = (self._http.our_state, self._http.their_state)
        if not self.usable or states != (h11.DONE, h11.DONE) or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        return True

    def close(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    # What asyncio calls -------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            # Nothing was asked: what comes now would be taken for the answer to the next request.
            self.close()
            return
        self._read(data)

    def eof_received(self) -> None:
        self._read(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(httpx.ReadError(str(exc or "the connection was closed before the answer")))

    def _read(self, data: bytes) -> None:
        try:
            self._http.receive_data(data)
            while True:
                event = self._http.next_event()
                if isinstance(event, h11.Response):
                    self._head = event
                elif isinstance(event, h11.Data):
                    self._body.append(bytes(event.data))
                elif isinstance(event, h11.EndOfMessage):
                    return self._answered()
                elif not isinstance(event, h11.InformationalResponse):
                    return None  # More is to come, or nothing will: then the connection is lost.
        except h11.RemoteProtocolError as fault:
            self._fail(httpx.RemoteProtocolError(str(fault)))
            self.close()

    def _answered(self) -> None:
        head = self._head
        if self._answer is None or self._answer.done() or head is None:
            return
        try:
            told = httpx.Response(head.status_code, headers=head.headers.raw_items(), content=b"".join(self._body))
        except httpx.HTTPError as fault:
            self._fail(fault)
        else:
            self._answer.set_result(told)

    def _fail(self, error: httpx.HTTPError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
