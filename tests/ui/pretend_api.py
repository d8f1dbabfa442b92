"""A pretend API for the pages' tests: the product's HTTP contract in memory, on a real socket."""

from __future__ import annotations

import copy
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse

from tests.ui import pretend_data as data
from tests.ui import pretend_people as people
from tests.ui import pretend_reaching as reaching
from tests.ui.pretend_authoring import authoring
from tests.ui.pretend_check import check, described
from tests.ui.pretend_inbox import inbox
from tests.ui.pretend_segments import segments
from tests.ui.pretend_world import Problem, World, paged

Json = dict[str, Any]


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

    authoring(app, world)
    _journeys(app, world)
    _trips(app, world)
    people.contacts(app, world)
    reaching.doors(app)
    segments(app, world)
    inbox(app, world)
    people.rest(app, world)
    if world.sandbox:
        people.sandbox(app, world)
    return app


def _journeys(app: FastAPI, world: World) -> None:
    @app.get("/v1/journeys")
    def listed(search: str = "", status: str = "", entry: str = "", limit: int = 20, after: str | None = None) -> Json:
        fits = [
            one
            for one in world.journeys.values()
            if search.lower() in one["name"].lower() and status in ("", one["status"])
        ]
        if entry:
            fits = [one for one in fits if "schedule" in one["document"]["graph"].get("entry", {})]
        return paged([world.shown(one) | (world.plan(one) if entry else {}) for one in fits], limit, after)

    @app.post("/v1/journeys")
    def create(document: Json) -> Json:
        made = world.add(f"j{len(world.journeys) + 1}", document)
        return {"id": made["id"], "revision": 1, "problems": check(document)}

    @app.get("/v1/journeys/{name}")
    def one(name: str) -> Json:
        found = world.journey(name)
        live = found["versions"].get(found["version"])
        return {
            **world.shown(found),
            "version": found["version"],
            "planned": found.get("planned"),
            "document": live,
            "versions": versions_of(found),
        }

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
    def act(name: str, action: str, body: Json | None = None) -> Json:
        found = world.journey(name)
        if action == "publish" and (body or {}).get("at"):
            found["planned"] = {"at": (body or {})["at"], "revision": found["revision"], "by": "ui", "problems": []}
            return {"version": None, "at": (body or {})["at"], "revision": found["revision"]}
        if action == "publish":
            wrong = [one for one in check(found["document"]) if one["level"] == "error"]
            if wrong:
                raise Problem(422, "This journey cannot be published yet.", "Mend the problems first.", problems=wrong)
            found["version"] = (found["version"] or 0) + 1
            found["versions"][found["version"]] = copy.deepcopy(found["document"])
        found["status"] = {"publish": "live", "pause": "paused", "resume": "live", "stop": "stopped"}[action]
        return {"version": found["version"], "status": found["status"]}

    @app.delete("/v1/journeys/{name}/publish")
    def call_off(name: str) -> Json:
        world.journey(name)["planned"] = None
        return {"planned": None}

    @app.get("/v1/journeys/{name}/versions")
    def versions(name: str) -> Json:
        return {"items": versions_of(world.journey(name)), "next": None}

    @app.get("/v1/journeys/{name}/funnel")
    def funnel(name: str) -> Json:
        world.journey(name)
        if name == "cart":
            return data.cart_numbers()
        return {"entered": 0, "inside": 0, "completed": 0, "converted": 0, "exited": {}, "failed": {}, "nodes": []}


def versions_of(journey: Json) -> list[Json]:
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
    def enrollments(
        journey: str = "",
        contact: str = "",
        status: str = "",
        node: str = "",
        search: str = "",
        limit: int = 50,
        after: str | None = None,
    ) -> Json:
        fits = [
            one
            for one in world.trips
            if journey in ("", one["journey"])
            and contact in ("", one["contact"])
            and node in ("", one["node"])
            and search in one["contact"]
            and (status != "inside" or one["status"] in ("active", "waiting"))
        ]
        return paged(fits, limit, after)


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
