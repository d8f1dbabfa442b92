"""The doors that messengers knock at: verified, stored, acknowledged."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

from api.doors import project_of
from api.problems import problem
from channels import registry as channels
from engine.webhooks import Taken, take_in

router = APIRouter(prefix="/webhooks", tags=["messengers"])


@router.get("/{channel}/{account}")
def subscribe(channel: str, account: str, request: Request) -> Response:
    """Meta's subscription check: echoes the challenge when the verify token is ours."""
    project = project_of(request)
    with project.database.read() as connection:
        connected = project.account(connection, channel, account)
    speaker = channels().get(channel)
    answer = speaker.challenge(dict(request.query_params), connected.account) if speaker and connected else None
    if answer is None:
        return problem(403, "not_allowed", "This is not a subscription check for this account.")
    return PlainTextResponse(answer)


@router.post("/{channel}/{account}")
async def receive(channel: str, account: str, request: Request) -> Response:
    """A webhook: 200 after it is on disk, 403 when it is not the messenger's own, 404 for an unknown account."""
    raw = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    taken: Taken = await run_in_threadpool(take_in, project_of(request), channel, account, headers, raw)
    if taken.status == 404:
        return problem(404, "not_found", "No such account is connected.")
    if taken.status == 403:
        return problem(403, "not_allowed", "The signature does not fit.")
    body: Any = taken.body if taken.body is not None else {"ok": True}
    return JSONResponse(body, taken.status)
