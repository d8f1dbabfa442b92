"""A pretend API for the pages' tests: the product's HTTP contract in memory, on a real socket."""

from __future__ import annotations

import copy
import csv
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, File, Form, Header, Request, UploadFile
from fastapi.responses import JSONResponse

from tests.ui import pretend_data as data
from tests.ui.pretend_check import check, described

Json = dict[str, Any]


class Problem(Exception):
    """An answer as problem details."""

    def __init__(self, status: int, title: str, detail: str = "", **more: Any) -> None:
        super().__init__(title)
        self.status = status
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}


class World:
    """Everything the pretend API remembers; tests reach in and change it."""

    def __init__(self, *, filled: bool = True, sandbox: bool = True) -> None:
        self.sandbox = sandbox
        self.calls: list[tuple[str, str, Any]] = []
        #: Problems to answer with, by path: a test's way to break a door.
        self.broken: dict[str, Problem] = {}
        self.journeys: dict[str, Json] = {}
        self.contacts = data.contacts() if filled else []
        self.trips = data.trips() if filled else []
        self.channels = data.channels() if filled else []
        self.imports: dict[str, Json] = {}
        self.consents: list[Json] = []
        self.now = data.NOW
        self.phones: dict[str, Json] = {}
        if filled:
            self.add("cart", data.cart(), status="live", version=2)
            self.add("hello", data.welcome(), status="draft")
            self.consents = [
                {
                    "channel": "telegram",
                    "purpose": "marketing",
                    "action": "grant", "proven": True, "source": "site form",
                    "text": "I agree to receive offers",
                    "at": data.at(days=9),
                }
            ]

    def add(self, name: str, document: Json, *, status: str = "draft", version: int | None = None) -> Json:
        published = {version: copy.deepcopy(document)} if version else {}
        self.journeys[name] = {
            "id": name, "name": document["graph"].get("name", ""), "status": status, "version": version,
            "document": document, "revision": 1, "versions": published, "updated_at": data.at(hours=2),
        }  # fmt: skip
        return self.journeys[name]

    def shown(self, journey: Json) -> Json:
        numbers = (
            data.cart_numbers()
            if journey["id"] == "cart"
            else dict.fromkeys(("entered", "inside", "completed", "converted"), 0)
        )
        keys = ("id", "name", "status", "revision", "updated_at")
        return {
            **{k: journey[k] for k in keys},
            **{k: numbers[k] for k in ("entered", "inside", "completed", "converted")},
        }

    def journey(self, name: str) -> Json:
        if name not in self.journeys:
            raise Problem(404, "There is no such journey.", f"No journey is called {name}.")
        return self.journeys[name]


def paged(items: list[Json], limit: int, after: str | None) -> Json:
    start = int(after or 0)
    more = start + limit < len(items)
    return {"items": items[start : start + limit], "next": str(start + limit) if more else None}


def create_app(world: World) -> FastAPI:
    """The pretend API over a world."""
    app = FastAPI()

    @app.exception_handler(Problem)
    async def as_details(_request: Request, problem: Problem) -> JSONResponse:
        return JSONResponse(problem.body, problem.status, media_type="application/problem+json")

    @app.middleware("http")
    async def watch(request: Request, go: Any) -> Any:
        body = await request.body()
        is_json = request.headers.get("content-type", "").startswith("application/json")
        world.calls.append((request.method, request.url.path, json.loads(body) if body and is_json else None))
        broken = world.broken.get(request.url.path)
        if broken is not None:
            return JSONResponse(broken.body, broken.status, media_type="application/problem+json")
        return await go(request)

    _journeys(app, world)
    _trips(app, world)
    _contacts(app, world)
    _rest(app, world)
    if world.sandbox:
        _sandbox(app, world)
    return app


def _journeys(app: FastAPI, world: World) -> None:
    @app.get("/v1/journeys")
    def listed(search: str = "", status: str = "", limit: int = 20, after: str | None = None) -> Json:
        fits = [
            one
            for one in world.journeys.values()
            if search.lower() in one["name"].lower() and status in ("", one["status"])
        ]
        return paged([world.shown(one) for one in fits], limit, after)

    @app.post("/v1/journeys")
    def create(document: Json) -> Json:
        made = world.add(f"j{len(world.journeys) + 1}", document)
        return {"id": made["id"], "revision": 1, "problems": check(document)}

    @app.get("/v1/journeys/{name}")
    def one(name: str) -> Json:
        found = world.journey(name)
        live = found["versions"].get(found["version"])
        return {**world.shown(found), "version": found["version"], "document": live, "versions": _versions(found)}

    @app.get("/v1/journeys/{name}/draft")
    def draft(name: str) -> Json:
        found = world.journey(name)
        return {"document": found["document"], "revision": found["revision"]}

    @app.put("/v1/journeys/{name}/draft")
    def save(name: str, body: Json, if_match: Annotated[str | None, Header()] = None) -> Json:
        found = world.journey(name)
        if if_match is None:
            raise Problem(428, "Say which revision you read.", "If-Match is missing.")
        if if_match.strip('"') != str(found["revision"]):
            raise Problem(412, "The draft has changed meanwhile.", "Somebody saved it after you read it.")
        found.update(
            document=body["document"], revision=found["revision"] + 1, name=body["document"]["graph"].get("name", "")
        )
        return {"revision": found["revision"]}

    @app.post("/v1/journeys/{name}/check")
    def checked(name: str, body: Json) -> Json:
        document = body.get("document") or world.journey(name)["document"]
        return {"problems": check(document), "nodes": described(document)}

    @app.post("/v1/journeys/{name}/{action}")
    def act(name: str, action: str) -> Json:
        found = world.journey(name)
        if action == "publish":
            wrong = [one for one in check(found["document"]) if one["level"] == "error"]
            if wrong:
                raise Problem(422, "This journey cannot be published yet.", "Mend the problems first.", problems=wrong)
            found["version"] = (found["version"] or 0) + 1
            found["versions"][found["version"]] = copy.deepcopy(found["document"])
        found["status"] = {"publish": "live", "pause": "paused", "resume": "live", "stop": "stopped"}[action]
        return {"version": found["version"], "status": found["status"]}

    @app.get("/v1/journeys/{name}/versions")
    def versions(name: str) -> Json:
        return {"items": _versions(world.journey(name)), "next": None}

    @app.get("/v1/journeys/{name}/funnel")
    def funnel(name: str) -> Json:
        world.journey(name)
        if name == "cart":
            return data.cart_numbers()
        return {"entered": 0, "inside": 0, "completed": 0, "converted": 0, "exited": {}, "failed": {}, "nodes": []}


def _versions(journey: Json) -> list[Json]:
    numbers = sorted(journey["versions"], reverse=True)
    return [{"version": number, "published_at": data.at(days=3)} for number in numbers]


def _trips(app: FastAPI, world: World) -> None:
    @app.post("/v1/journeys/{name}/enrollments", name="enroll")
    def enroll(name: str, body: Json) -> Json:
        known = {one["external_id"] for one in world.contacts}
        missing = [one for one in body["contacts"] if one not in known]
        skipped = [{"contact": one, "reason": "unknown_contact"} for one in missing]
        return {"enrolled": len(body["contacts"]) - len(missing), "skipped": skipped}

    # The action route above it would swallow the path: the first that fits wins.
    app.router.routes.insert(0, app.router.routes.pop())

    @app.get("/v1/enrollments")
    def enrollments(journey: str = "", contact: str = "", limit: int = 50, after: str | None = None) -> Json:
        fits = [one for one in world.trips if journey in ("", one["journey"]) and contact in ("", one["contact"])]
        return paged(fits, limit, after)


def _contacts(app: FastAPI, world: World) -> None:
    def known(name: str) -> Json:
        for one in world.contacts:
            if one["external_id"] == name:
                return one
        raise Problem(404, "There is no such contact.", f"No contact is called {name}.")

    @app.get("/v1/contacts")
    def listed(search: str = "", limit: int = 25, after: str | None = None) -> Json:
        fits = [one for one in world.contacts if search.lower() in json.dumps(one, ensure_ascii=False).lower()]
        listed = [{name: kept for name, kept in one.items() if name != "addresses"} for one in fits]
        return paged(listed, limit, after)

    @app.put("/v1/contacts")
    def save(body: Json) -> Json:
        for one in body["contacts"]:
            if not one.get("external_id"):
                raise Problem(
                    422,
                    "Something does not fit.",
                    "",
                    errors=[{"field": "contacts.0.external_id", "reason": "It is empty."}],
                )
            world.contacts.insert(0, {"attributes": {}, "tags": [], "addresses": [], **one})
        return {"created": len(body["contacts"]), "updated": 0, "rejected": []}

    @app.get("/v1/contacts/{name}")
    def one(name: str) -> Json:
        return known(name)

    @app.delete("/v1/contacts/{name}")
    def erase(name: str) -> Json:
        world.contacts.remove(known(name))
        return {"erased": name}

    @app.get("/v1/contacts/{name}/timeline")
    def timeline(name: str, limit: int = 50, after: str | None = None) -> Json:
        return paged(data.timeline() if known(name)["external_id"] == "c0" else [], limit, after)

    @app.get("/v1/contacts/{name}/consents")
    def consents(name: str) -> Json:
        return {"items": world.consents if known(name)["external_id"] == "c0" else [], "next": None}

    @app.post("/v1/contacts/{name}/consents")
    def give(name: str, body: Json) -> Json:
        world.consents.append({"action": "grant", "proven": True, **body, "at": data.at()})
        return {"recorded": True, "proven": True}

    @app.post("/v1/imports")
    async def start_import(file: Annotated[UploadFile, File()], mapping: Annotated[str, Form()] = "{}") -> Json:
        wanted = json.loads(mapping)
        rows = list(csv.DictReader(io.StringIO((await file.read()).decode("utf-8-sig"))))
        column = wanted.get("external_id", "external_id")
        errors = [{"line": n, "reason": "It has no id."} for n, row in enumerate(rows, start=2) if not row.get(column)]
        made = {
            "id": f"i{len(world.imports)}",
            "status": "finished",
            "total": len(rows),
            "done": len(rows),
            "created": len(rows) - len(errors),
            "updated": 0,
            "rejected": len(errors),
            "errors": errors,
        }
        world.imports[made["id"]] = made
        return made

    @app.get("/v1/imports/{number}")
    def import_state(number: str) -> Json:
        return world.imports[number]


def _rest(app: FastAPI, world: World) -> None:
    @app.get("/v1/overview")
    def overview() -> Json:
        states = [one["status"] for one in world.journeys.values()]
        many = bool(world.contacts)
        return {
            "contacts": len(world.contacts),
            "journeys": {state: states.count(state) for state in set(states)},
            "enrolled_today": 86 if many else 0,
            "sent_today": 12480 if many else 0,
        }

    @app.get("/v1/examples")
    def examples() -> Json:
        return {"items": data.examples(), "next": None}

    @app.get("/v1/nodes")
    def nodes() -> Json:
        return {"items": data.node_types(), "next": None}

    @app.get("/v1/channels")
    def channels() -> Json:
        return {"items": world.channels, "next": None}

    @app.get("/v1/keys")
    def keys() -> Json:
        return {
            "items": [
                {"name": "ui", "role": "admin", "created_at": data.at(days=12), "last_used_at": data.at(minutes=1)}
            ],
            "next": None,
        }


def _sandbox(app: FastAPI, world: World) -> None:
    def phone(channel: str, address: str) -> Json:
        hello = {
            "from": "bot",
            "text": "Anna, shall we keep your cart? <script>alert(1)</script>",
            "id": "m1",
            "at": data.at(hours=4),
            "buttons": [{"id": "yes", "title": "Yes, keep it"}, {"id": "no", "title": "No, thanks"}],
            "status": "read",
        }
        return world.phones.setdefault(
            f"{channel}/{address}", {"messages": [hello], "state": "active", "window_until": None}
        )

    @app.get("/sandbox/clock")
    def clock() -> Json:
        return {"now": world.now.isoformat(), "running": True}

    @app.post("/sandbox/clock/advance")
    def advance(body: Json) -> Json:
        from datetime import timedelta

        world.now += {"PT1H": timedelta(hours=1), "P1D": timedelta(days=1), "P3D": timedelta(days=3)}[body["by"]]
        return {"now": world.now.isoformat(), "moves": 12, "sends": 5}

    @app.get("/sandbox/phones/{channel}/{address}")
    def look(channel: str, address: str) -> Json:
        return phone(channel, address)

    @app.post("/sandbox/phones/{channel}/{address}/{action}")
    def act(channel: str, address: str, action: str, body: Json) -> Json:
        here = phone(channel, address)
        if action in ("block", "unblock"):
            here["state"] = "blocked" if action == "block" else "active"
        elif action == "reply":
            if body.get("button") == "gone":
                raise Problem(409, "There is no such button.", "The newest message has no button gone.")
            here["messages"].append(
                {
                    "from": "person",
                    "text": body.get("text") or body.get("button"),
                    "buttons": [],
                    "at": data.at(),
                    "id": f"m{len(here['messages']) + 1}",
                }
            )
        return {"delivered": True}


@contextmanager
def served(world: World, port: int = 0) -> Iterator[str]:
    """The world behind a real socket; its base URL."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(create_app(world), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()


if __name__ == "__main__":
    with served(World(), 8123) as url:
        print(url, flush=True)
        while True:
            time.sleep(60)
