"""The pretend API's doors for the inbox."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header

from tests.ui import pretend_data as data
from tests.ui.first_talks import line
from tests.ui.pretend_world import Problem, World, paged

Json = dict[str, Any]


def inbox(app: FastAPI, world: World) -> None:
    """Conversations that are listed, looked into, answered, taken over and closed."""
    told: set[str] = set()

    def known(name: str) -> Json:
        found = next((one for one in world.talks if one["id"] == name), None)
        if found is None:
            raise Problem(404, "Not found", f"There is no conversation {name}.")
        return found

    @app.get("/v1/inbox")
    def listed(
        status: str = "open", queue: str | None = None, without_queue: bool = False, search: str = "",
        limit: int = 50, after: str | None = None,
    ) -> Json:  # fmt: skip
        queue = "" if without_queue else queue
        fits = [
            one
            for one in world.talks
            if one["status"] == status and queue in (None, one["queue"]) and search.lower() in str(one["name"]).lower()
        ]
        return paged(fits, limit, after)

    @app.get("/v1/inbox/queues")
    def queues() -> Json:
        names = [one["queue"] for one in world.talks if one["status"] == "open"]
        return {"items": [{"queue": name, "open": names.count(name)} for name in sorted(set(names))], "next": None}

    @app.get("/v1/inbox/{talk}")
    def one(talk: str) -> Json:
        return known(talk)

    @app.post("/v1/inbox/{talk}/answer")
    def answer(talk: str, body: Json, idempotency_key: Annotated[str, Header()] = "") -> Json:
        found = known(talk)
        if idempotency_key not in told:
            told.add(idempotency_key)
            found["thread"].append(line("bot", body["text"], 0, by="person"))
        return {"planned": True}

    @app.post("/v1/inbox/{talk}/assign")
    def assign(talk: str, body: Json) -> Json:
        known(talk)["assignee"] = body["to"]
        return {"assignee": body["to"]}

    @app.post("/v1/inbox/{talk}/close")
    def close(talk: str) -> Json:
        known(talk).update(status="closed", closed_at=data.at())
        return {"closed": True}
