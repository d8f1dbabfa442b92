"""Every error as RFC 9457 problem details, with the field at fault and the way out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from starlette.exceptions import HTTPException

from engine.errors import IdempotencyMismatch, JourneyHasProblems, NotFound, RevisionNeeded, StaleRevision, TropaError

log = logging.getLogger(__name__)
STATUS: dict[type[TropaError], tuple[int, str]] = {
    JourneyHasProblems: (422, "journey_has_problems"),
    NotFound: (404, "not_found"),
    StaleRevision: (412, "stale_revision"),
    RevisionNeeded: (428, "revision_needed"),
    IdempotencyMismatch: (409, "idempotency_mismatch"),
}
TITLES = {400: "Bad request", 401: "Not authorised", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
          409: "Conflict", 412: "Changed meanwhile", 413: "Too large", 415: "Unsupported type", 422: "Not valid",
          428: "Revision needed", 429: "Too many requests", 500: "Something broke", 503: "Not ready"}  # fmt: skip


class Refused(Exception):
    """A request that cannot be served, with a status, a machine's code and words for a person."""

    def __init__(
        self, status: int, code: str, detail: str, *, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.field, self.headers = status, code, detail, field, headers


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """A problem response; `errors` are {field, reason}."""
    body: dict[str, Any] = {
        "type": f"urn:tropa:problem:{code}",
        "title": TITLES.get(status, "Problem"),
        "status": status,
        "code": code,
        "detail": detail,
        # What clients of Segment's API read.
        "message": detail,
    }
    if errors:
        body["errors"] = list(errors)
    body.update(more)
    return JSONResponse(body, status, media_type="application/problem+json", headers=dict(headers) if headers else None)


def as_dict(found: Any) -> dict[str, Any]:
    """A journey's problem as the API shows it."""
    return {
        "level": found.level,
        "node": found.node,
        "exit": found.exit,
        "path": found.path,
        "text": found.text,
        "fix": found.fix,
        "way": list(found.way),
    }


def install(app: FastAPI) -> None:
    """Let the app answer every error as a problem."""

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        errors = [{"field": error.field, "reason": error.detail}] if error.field else []
        return problem(error.status, error.code, error.detail, errors=errors, headers=error.headers)

    @app.exception_handler(TropaError)
    def tropa(_: Request, error: TropaError) -> JSONResponse:
        status, code = STATUS.get(type(error), (400, "bad_request"))
        if isinstance(error, JourneyHasProblems):
            return problem(status, code, str(error), problems=[as_dict(each) for each in error.problems])
        return problem(status, code, str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"field": _field(each["loc"]), "reason": each["msg"].removeprefix("Value error, ")}
            for each in error.errors()
        ]
        malformed = any(each["type"] == "json_invalid" for each in error.errors())
        if malformed:
            return problem(400, "malformed_json", "The body is not valid JSON.", errors=errors)
        first = f"{errors[0]['field']}: {errors[0]['reason']}" if errors else "The request is not valid."
        return problem(422, "not_valid", first, errors=errors)

    @app.exception_handler(HTTPException)
    def plain(_: Request, error: HTTPException) -> JSONResponse:
        code = TITLES.get(error.status_code, "problem").lower().replace(" ", "_")
        return problem(error.status_code, code, str(error.detail), headers=error.headers)

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(TimeoutError)  # every connection of the pool is in use
    def store_down(_: Request, error: SQLAlchemyError) -> JSONResponse:
        log.error("the database does not take it: %s", type(getattr(error, "orig", error)).__name__)
        detail = "The database cannot take this now; try again soon."
        return problem(503, "not_ready", detail, headers={"Retry-After": "2"})

    @app.exception_handler(Exception)
    def broken(_: Request, error: Exception) -> JSONResponse:
        return problem(500, "broken", "Something broke on our side; it is in the log.")


def _field(where: Sequence[Any]) -> str:
    parts = [str(part) for part in where if part not in ("body", "query", "path")]
    return ".".join(parts) or str(where[0] if where else "body")
