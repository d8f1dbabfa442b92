"""What every door needs: the project, the caller's key, a size limit on bodies, pages of lists."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Refused, problem
from engine.project import Project
from store import keys
from store.tables.columns import instant

#: A NUL in a JSON text, not one whose backslash is itself escaped.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
#: What each role may do: an intake key only reports contacts and events.
INTAKE_PATHS = (
    "/v1/identify",
    "/v1/track",
    "/v1/page",
    "/v1/screen",
    "/v1/group",
    "/v1/alias",
    "/v1/batch",
    "/v1/import",
    "/v1/b",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a key and its role."""

    id: int
    name: str
    role: str


def project_of(request: Request) -> Project:
    """The installation that this API serves."""
    project: Project = request.app.state.project
    return project


def caller_of(request: Request) -> Caller:
    """The caller, by `Authorization: Bearer KEY` or Basic with the key as the user; 401 otherwise, 403 for a role."""
    key = given_key(request.headers.get("authorization", ""))
    if not key:
        raise Refused(
            401, "no_key", "Send your key as «Authorization: Bearer KEY».", headers={"WWW-Authenticate": "Bearer"}
        )
    return check_key(request, key)


def check_key(request: Request, key: str) -> Caller:
    """The caller with this key."""
    with project_of(request).database.read() as connection:
        row = keys.find(connection, key)
    if row is None:
        raise Refused(401, "wrong_key", "This key is not known or was revoked.", headers={"WWW-Authenticate": "Bearer"})
    if row.role == "intake" and request.url.path.rstrip("/") not in INTAKE_PATHS:
        raise Refused(403, "intake_only", "This key only reports contacts and events; use an admin key.")
    return Caller(row.id, row.name, row.role)


def given_key(header: str) -> str:
    """The key in an Authorization header; empty when there is none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).decode().split(":", 1)[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


Shared = Annotated[Project, Depends(project_of)]
Authorised = Annotated[Caller, Depends(caller_of)]
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[str, Query(max_length=80)]


def after_id(after: str) -> int:
    """The last `next` as an id; 0 for none."""
    if not after:
        return 0
    if not after.isdigit() or len(after) > 18:
        raise Refused(422, "not_valid", "after is the `next` of the page before.", field="after")
    return int(after)


def paged(rows: Sequence[Any], limit: int, show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A list answer of rows that were asked for up to `limit` + 1: `next` is null on the last page."""
    shown = rows[:limit]
    following = str(shown[-1].id) if len(rows) > limit else None
    return {"items": [show(row) for row in shown], "next": following}


def iso(value: int | None) -> str | None:
    """Microseconds as ISO 8601 in UTC."""
    return None if value is None else instant(value).isoformat().replace("+00:00", "Z")


def utc(moment: datetime) -> datetime:
    """An instant in UTC; one without a zone counts as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


class BodyLimit:
    """Refuses bodies past a size with 413, whether or not they declare it, before they fill the memory."""

    def __init__(self, app: ASGIApp, most: int, uploads: int) -> None:
        self.app, self.most, self.uploads = app, most, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on while its body stays within the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.uploads if scope["path"] == "/v1/imports" else self.most
        if scope["path"].startswith(("/webhooks/", "/v1/batch", "/v1/track")):
            most = min(most, 1_048_576)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > most:
            await _too_large(most)(scope, receive, send)
            return
        # Messengers' webhooks are taken as they come.
        jsonlike = scope["path"].startswith(("/v1/", "/sandbox/")) and scope["path"] != "/v1/imports"
        seen = 0
        tail = b""
        refusal: JSONResponse | None = None
        started = False

        async def counted() -> Message:
            nonlocal seen, tail, refusal
            message = await receive()
            piece = message.get("body", b"")
            seen += len(piece)
            if seen > most:
                refusal = _too_large(most)
            elif jsonlike and _NUL.search(tail + piece):
                refusal = problem(422, "not_valid", "The text holds a NUL character (\\u0000), which cannot be kept.")
            if refusal is not None:
                raise _Refusing
            tail = piece[-8:]
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            # Whatever is made of the interrupted body, the refusal is the answer.
            if refusal is None or started:
                started = True
                await send(message)

        with contextlib.suppress(_Refusing):
            await self.app(scope, counted, watched)
        if refusal is not None and not started:
            await refusal(scope, receive, send)


class _Refusing(Exception):
    """The body is not read any further."""


def _too_large(most: int) -> JSONResponse:
    detail = f"The body is larger than {most:,} bytes; send it in parts."
    return problem(413, "too_large", detail, headers={"Connection": "close"})


def json_body(raw: bytes) -> Any:
    """Parsed JSON, or a 400 problem that says where it breaks."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(400, "malformed_json", f"The body is not valid JSON: {error}.") from error
