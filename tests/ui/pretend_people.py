"""The pretend API's doors for contacts, channels, keys and the sandbox."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Annotated, Any

from fastapi import FastAPI, File, Form, UploadFile

from api import catalogue
from tests.ui import pretend_data as data
from tests.ui.pretend_world import Problem, World, paged

Json = dict[str, Any]


def contacts(app: FastAPI, world: World) -> None:
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
        names = json.loads(mapping)
        rows = list(csv.reader(io.StringIO((await file.read()).decode("utf-8-sig"))))
        column = [names.get(name, name) for name in rows[0]].index("external_id")
        broken = [number for number, row in enumerate(rows[1:], start=2) if not row[column]]
        problems = [{"line": line, "field": "external_id", "reason": "neither an id nor an address"} for line in broken]
        count = len(rows) - 1
        made = {"id": f"i{len(world.imports)}", "status": "done", "rows": count, "created": count - len(broken)}
        world.imports[str(made["id"])] = {**made, "updated": 0, "rejected": len(broken), "problems": problems}
        return {"id": made["id"], "status": "waiting"}

    @app.get("/v1/imports/{number}")
    def import_state(number: str) -> Json:
        return world.imports[number]


def rest(app: FastAPI, world: World) -> None:
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

    @app.get("/v1/health")
    def health() -> Json:
        return {"status": "bad" if world.ailments else "ok", "items": world.ailments, "next": None}

    @app.get("/v1/examples")
    def examples() -> Json:
        return {"items": data.examples(), "next": None}

    @app.get("/v1/nodes")
    def nodes() -> Json:
        return {"items": data.node_types(), "next": None}

    @app.get("/v1/channels")
    def channels() -> Json:
        return {"items": world.channels, "next": None, "messengers": data.messengers()}

    @app.get("/v1/schemas")
    def schemas() -> Json:
        return catalogue.schemas(data.CALLER)

    @app.get("/v1/attributes")
    def attributes() -> Json:
        return data.attributes()

    @app.get("/v1/events/names")
    def event_names() -> Json:
        return {"items": data.event_names(), "next": None}

    @app.get("/v1/coupons")
    def pools() -> Json:
        return {"items": [{"pool": "viber-15", "free": 10, "given": 2}], "next": None}

    @app.post("/v1/replies/match")
    def match(body: Json) -> Json:
        taken = [one["exit"] for one in body["branches"] if "yes" in one.get("keywords", [])]
        return {"items": [{"text": "yes", "exit": taken[0] if taken else "something_else", "why": ""}], "next": None}

    @app.post("/v1/channels/{channel}/{account}/{action}")
    def switch(channel: str, account: str, action: str) -> Json:
        for one in world.channels:
            if (one["channel"], one["account"]) == (channel, account):
                one.update(status="paused" if action == "pause" else "ok", reason=None)
        return {"status": action}

    @app.get("/v1/settings")
    def settings() -> Json:
        return {"caps": world.caps, "opt_out_line": world.opt_out_line}

    @app.put("/v1/settings")
    def choose(body: Json) -> Json:
        world.caps = body.get("caps", world.caps)
        world.opt_out_line = body.get("opt_out_line", world.opt_out_line)
        return body

    @app.get("/v1/keys")
    def keys() -> Json:
        return {"items": world.keys, "next": None}

    @app.post("/v1/keys")
    def make_key(body: Json) -> Json:
        world.keys.append(
            {"id": str(len(world.keys) + 1), **body, "hint": "…9z", "created_at": data.at(), "revoked_at": None}
        )
        return {**body, "key": "tropa_secret9z"}

    @app.delete("/v1/keys/{number}")
    def revoke(number: str) -> Json:
        next(one for one in world.keys if one["id"] == number)["revoked_at"] = data.at()
        return {"revoked": True}


def sandbox(app: FastAPI, world: World) -> None:
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
