"""The pretend API's doors for segments."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from journeys.rules import check_rule
from tests.ui import pretend_data as data
from tests.ui.first_segments import segment
from tests.ui.pretend_world import Problem, World, paged

Json = dict[str, Any]


def segments(app: FastAPI, world: World) -> None:
    """Segments with sizes, members and previews; a rule holds for whose attributes it equals."""

    def known(name: str) -> Json:
        found = next((one for one in world.segments if one["id"] == name), None)
        if found is None:
            raise Problem(404, "Not found", f"No segment is called {name!r}.")
        return found

    def fits(rule: Json) -> None:
        problems = check_rule(rule)
        if problems:
            raise Problem(422, "Not valid", problems[0].text, field=f"rule.{problems[0].path}")

    @app.get("/v1/segments")
    def listed(search: str = "", limit: int = 1000, after: str | None = None) -> Json:
        found = [one for one in world.segments if search.lower() in one["name"].lower()]
        return paged(found, limit, after)

    @app.post("/v1/segments")
    def make(body: Json) -> Json:
        fits(body["rule"])
        world.segments.append(segment(body["id"] or f"s{len(world.segments)}", body["name"], body["rule"]))
        return {"id": world.segments[-1]["id"]}

    @app.post("/v1/segments/preview")
    def preview(body: Json) -> Json:
        fits(body["rule"])
        sample = [{"contact": one["external_id"], "attributes": one["attributes"]} for one in world.contacts[:3]]
        told = {"size": 41200, "everybody": 1_000_000, "exact": False, "looked_at": 2000, "held": 82}
        return {**told, "sample": sample}

    @app.get("/v1/segments/{name}")
    def one(name: str) -> Json:
        return known(name)

    @app.put("/v1/segments/{name}")
    def change(name: str, body: Json) -> Json:
        fits(body["rule"])
        known(name).update(body)
        return {"id": name}

    @app.delete("/v1/segments/{name}")
    def remove(name: str) -> Json:
        world.segments.remove(known(name))
        return {"removed": True}

    @app.get("/v1/segments/{name}/members")
    def members(name: str, limit: int = 100, after: str | None = None) -> Json:
        known(name)
        return paged(
            [{"contact": one["external_id"], "since": data.at(days=1)} for one in world.contacts], limit, after
        )
