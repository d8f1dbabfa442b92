"""The pretend world as one ASGI application, and `python -m sandbox.world` that serves it."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import BaseRoute
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from sandbox import control, graph_doors, messenger, telegram, viber, whatsapp
from sandbox.exchange import LINE
from sandbox.network import Network
from sandbox.state import World

NETWORKS: dict[str, Network] = {
    one.name: one for one in (telegram.network, whatsapp.network, viber.network, messenger.network)
}


class DeedConvertor(Convertor[str]):
    """The deeds of a person that need no words."""

    regex = "block|unblock|stop"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("deed", DeedConvertor())


def create_app(
    data: str | Path = ":memory:", *, key: str | None = None, client: httpx.AsyncClient | None = None
) -> Starlette:
    """The world behind HTTP; its state is `app.state.world`.

    `data` is the file that remembers it, `key` guards /world (default: TROPA_SANDBOX_KEY, none: open),
    `client` carries the webhooks (default: an own one).
    """
    world = World(NETWORKS, data, client)
    guard = os.environ.get("TROPA_SANDBOX_KEY", "") if key is None else key

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        world.wake()
        yield
        await world.close()

    routes: list[BaseRoute] = [route for network in NETWORKS.values() for route in network.routes(world)]
    # The messengers first: their doors are the busy ones.
    app = Starlette(routes=[*routes, *graph_doors.routes(world), *control.routes(world, guard)], lifespan=life)
    app.state.world = world
    return app


class Wire(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # uvicorn's own choice of a parser
    """An HTTP connection that a fault can cut."""

    transport: asyncio.Transport

    def data_received(self, data: bytes) -> None:
        LINE.set(self.transport)
        super().data_received(data)


def main() -> None:
    """Serve the world on loopback until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.world", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--data", default=":memory:", help="the file that remembers the world")
    parser.add_argument("--port-file", type=Path, help="where the port is written once it listens")
    options = parser.parse_args()
    # A world holds hundreds of thousands of lasting objects: looking through them at every turn is dear.
    gc.set_threshold(100_000, 50, 100)
    asyncio.run(serve(options.host, options.port, options.data, options.port_file))


def listening(host: str, port: int) -> socket.socket:
    """A listening socket that names its protocol: asyncio sends without delay only where it sees TCP."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(2048)
    return listener


async def serve(host: str, port: int, data: str, port_file: Path | None) -> None:
    """Listen, then write the port."""
    listener = listening(host, port)
    app = create_app(data)
    config = uvicorn.Config(
        app, http=Wire, ws="none", log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not running.done():
        await asyncio.sleep(0.01)
    if port_file is not None and server.started:
        draft = port_file.with_suffix(port_file.suffix + ".new")
        draft.write_text(str(listener.getsockname()[1]))
        draft.replace(port_file)
    await running


if __name__ == "__main__":
    main()
