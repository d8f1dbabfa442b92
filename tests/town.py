"""A whole Tropa in one process: the API and the pretend world on real sockets, the engine in a thread, one database."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from pydantic import SecretStr

from api.app import create_app
from engine.boot import open_project
from engine.project import Project
from engine.settings import Settings
from engine.shift import Shift
from engine.world import World
from sandbox.world import Wire
from sandbox.world import create_app as create_world

KEY, WORLD_KEY = "test-key", "world-key"


class Served:
    """An ASGI app on a free loopback port, in a thread of its own."""

    def __init__(self, make_app: Callable[[str], Any], http: Any = "auto") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        # Some addresses are known only once the port is: the app is made after it.
        config = uvicorn.Config(
            make_app(self.url), http=http, log_level="error", lifespan="on", timeout_graceful_shutdown=2
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started:
            assert time.monotonic() < deadline, "the server did not start in time"
            assert self.thread.is_alive(), "the server did not start"
            time.sleep(0.005)

    def _serve(self) -> None:
        asyncio.run(self.server.serve(sockets=[self.socket]))

    def stop(self) -> None:
        """Stop serving."""
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()


class Engine:
    """The engine's shift in a thread, as a process of its own would run it."""

    def __init__(self, project: Project, world_url: str) -> None:
        self.project, self.world_url = project, world_url
        self.shift: Shift | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.task: asyncio.Task[None] | None = None
        self.error: BaseException | None = None
        self.at_work = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.at_work.wait(20), "the engine did not start"

    def _run(self) -> None:
        async def work() -> None:
            self.loop = asyncio.get_running_loop()
            world = World(self.world_url, WORLD_KEY)
            self.shift = Shift(self.project, minutes=60, world=world)
            self.task = asyncio.create_task(self.shift.run())
            self.at_work.set()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task
            await world.close()

        try:
            asyncio.run(work())
        except BaseException as error:
            self.error = error

    def stop(self) -> None:
        """Stop at the next batch."""
        if self.loop is not None and self.task is not None:
            self.loop.call_soon_threadsafe(self.task.cancel)
        self.thread.join(20)
        assert not self.thread.is_alive(), "the engine does not stop"
        if self.error is not None:
            raise self.error


class Town:
    """What a story needs: calls to the API, a clock, phones."""

    def __init__(self, home: Path, database: str = "") -> None:
        self.world_app = create_world(data=":memory:", key=WORLD_KEY)
        self.world = Served(lambda _: self.world_app, Wire)
        options: dict[str, Any] = {"database": database} if database else {}
        self.settings = Settings(
            home=home,
            sandbox=True,
            sandbox_url=self.world.url,
            sandbox_key=SecretStr(WORLD_KEY),
            bootstrap_key=SecretStr(KEY),
            prefect=False,
            **options,
        )
        self.project = open_project(self.settings)
        self.api = Served(lambda url: create_app(self.settings.model_copy(update={"public_url": url}), self.project))
        # Plain HTTP on loopback: reading the certificates of the world would cost as much as a story.
        near: dict[str, Any] = {"trust_env": False, "verify": False, "timeout": 120}
        self.http = httpx.Client(base_url=self.api.url, headers={"Authorization": f"Bearer {KEY}"}, **near)
        self.world_client = httpx.Client(base_url=self.world.url, headers={"X-World-Key": WORLD_KEY}, **near)
        self.engine: Engine | None = Engine(self.project, self.world.url)
        self._wait_for_accounts()

    def _wait_for_accounts(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if len(self.world_app.state.world.accounts) >= 4:
                return
            time.sleep(0.01)
        raise AssertionError("the pretend world has not heard of the accounts")

    def stop(self) -> None:
        """Stop everything."""
        if self.engine is not None:
            self.engine.stop()
        self.http.close()
        self.world_client.close()
        self.world.server.should_exit = True  # They take their time to notice: both at once.
        self.api.stop()
        self.world.stop()
        self.project.database.close()

    # What stories say --------------------------------------------------------------------------
    def call(self, method: str, path: str, expect: int | None = None, **options: Any) -> Any:
        """Call the API; the parsed answer, after its status was checked."""
        response = self.http.request(method, path, **options)
        wanted = expect if expect is not None else (200, 201, 202)
        good = response.status_code == wanted if isinstance(wanted, int) else response.status_code in wanted
        assert good, f"{method} {path}: {response.status_code} {response.text[:2000]}"
        return response.json() if "json" in response.headers.get("content-type", "") else response

    def freeze(self, now: str) -> None:
        """Stop the clock at an instant."""
        self.call("PUT", "/sandbox/clock", json={"now": now, "running": False})

    def advance(self, by: str = "PT1S") -> dict[str, Any]:
        """Play the time."""
        answer: dict[str, Any] = self.call("POST", "/sandbox/clock/advance", json={"by": by})
        return answer

    def contact(
        self, name: str, channel: str = "telegram", address: str = "", consent: bool = True, **more: Any
    ) -> None:
        """A contact with one address, who agreed to marketing."""
        given = [{"channel": channel, "purpose": "marketing", "source": "test", "text": "I agree"}] if consent else []
        body = {
            "external_id": name,
            "addresses": [{"channel": channel, "address": address or "777"}],
            "consents": given,
            **more,
        }
        answer = self.call("PUT", "/v1/contacts", json={"contacts": [body]})
        assert not answer["rejected"], answer

    def publish(self, document: dict[str, Any]) -> str:
        """Create and publish a journey: its id."""
        made = self.call("POST", "/v1/journeys", json=document)
        self.call("POST", f"/v1/journeys/{made['id']}/publish")
        return str(made["id"])

    def enroll(self, journey: str, *contacts: str, properties: dict[str, Any] | None = None) -> dict[str, Any]:
        """Enroll contacts and let all that is due happen."""
        body = {"contacts": list(contacts), "properties": properties or {}}
        answer: dict[str, Any] = self.call("POST", f"/v1/journeys/{journey}/enrollments", json=body)
        return answer

    def track(self, contact: str, event: str, message_id: str = "", **properties: Any) -> None:
        """Report an event."""
        body = {"userId": contact, "event": event, "properties": properties}
        self.call("POST", "/v1/track", json=body | ({"messageId": message_id} if message_id else {}))

    def phone(self, address: str = "777", channel: str = "telegram") -> list[dict[str, Any]]:
        """The messages on a phone."""
        messages: list[dict[str, Any]] = self.call("GET", f"/sandbox/phones/{channel}/{address}")["messages"]
        return messages

    def heard(self, address: str = "777", channel: str = "telegram") -> list[str]:
        """What the bot said to a phone."""
        return [each["text"] for each in self.phone(address, channel) if each["from"] == "bot"]

    def reply(self, address: str = "777", channel: str = "telegram", expect: int | None = None, **what: Any) -> Any:
        """A person writes or presses."""
        return self.call("POST", f"/sandbox/phones/{channel}/{address}/reply", expect, json=what)

    def trip(self, journey: str, contact: str) -> dict[str, Any]:
        """The latest trip of a contact."""
        items = self.call("GET", "/v1/enrollments", params={"journey": journey, "contact": contact})["items"]
        assert items, f"{contact} is not on {journey}"
        latest: dict[str, Any] = items[-1]
        return latest

    def path(self, journey: str, contact: str) -> str:
        """The steps that a contact has taken, as `hello→answer→bye`."""
        trip = self.trip(journey, contact)
        return "→".join(step["node"] for step in trip["trail"]) + ("" if trip["ended_at"] else f"→{trip['node']}…")

    def funnel(self, journey: str) -> dict[str, Any]:
        """The journey's funnel."""
        result: dict[str, Any] = self.call("GET", f"/v1/journeys/{journey}/funnel")
        return result


@contextlib.contextmanager
def town(home: Path, database: str = "") -> Iterator[Town]:
    """A running town."""
    made = Town(home, database)
    try:
        yield made
    finally:
        made.stop()
