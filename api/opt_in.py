"""Opt-in links: a campaign's link and QR code for each messenger, bound to the words that people agree to."""

from __future__ import annotations

import io
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.problems import Refused
from channels import registry as channels
from channels.base import Account
from engine.errors import NotFound
from store import journeys, keys, opt_in

router = APIRouter(prefix="/v1/opt-in-links", tags=["opt-in links"])


class LinkIn(BaseModel):
    """A new link; what people agree to by following it is kept with each consent."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    campaign: str = Field(min_length=1, max_length=120)
    consent_text: str = Field(min_length=10, max_length=4000)
    purpose: str = Field("marketing", pattern="^[a-z_]{1,40}$")
    #: The journey that they enter.
    journey: str | None = Field(None, max_length=60)
    #: The first grant is not proven; a word of theirs (start, старт) confirms it.
    double: bool = False
    #: What stands in the first message before they send it, where the messenger can do that.
    invitation: str = Field("", max_length=300)
    #: What greets in a conversation that is only opened (Viber); the consent text otherwise.
    greeting: str = Field("", max_length=1000)


@router.post("", status_code=201)
def make_link(body: LinkIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Make a link: one token, with an address for each connected account."""

    def work(connection: Any) -> Any:
        journey = journeys.get(connection, body.journey) if body.journey else None
        if body.journey and journey is None:
            raise Refused(422, "not_valid", f"No journey is called {body.journey!r}.", field="journey")
        now = project.now_micros(connection)
        facts = (
            body.campaign, journey.id if journey is not None else None, body.purpose, body.consent_text, body.double,
            body.invitation, body.greeting,
        )  # fmt: skip
        token = opt_in.make(connection, facts, now)
        keys.audit(connection, caller.name, "link.made", token, now, {"campaign": body.campaign})
        return opt_in.find(connection, token)

    row = project.database.transact(work, durable=True)
    with project.database.read() as connection:
        return _shown(row, [each.account for each in project.accounts(connection)])


@router.get("")
def list_links(project: Shared, _: Authorised, after: After = "", limit: Limit = 100) -> dict[str, Any]:
    """Links, newest first, with how many came by each."""
    with project.database.read() as connection:
        accounts = [each.account for each in project.accounts(connection)]
        found = opt_in.page(connection, after_id(after), limit + 1)
    return paged(found, limit, lambda row: _shown(row, accounts))


@router.delete("/{token}")
def close_link(token: str, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Close a link: nobody is taken in by it any more; consents that it brought stay."""

    def work(connection: Any) -> bool:
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "link.closed", token, now)
        return opt_in.close(connection, token, now)

    if not project.database.transact(work):
        raise NotFound("No such link, or it was closed before.")
    return {"closed": True}


@router.get("/{token}/qr.svg")
def qr_code(
    token: str,
    project: Shared,
    _: Authorised,
    channel: Annotated[str, Query(max_length=40)],
    account: Annotated[str, Query(max_length=80)],
) -> Response:
    """The QR code of a link on one messenger, as SVG."""
    with project.database.read() as connection:
        row = opt_in.find(connection, token)
        connected = project.account(connection, channel, account)
    address = _address(connected.account, row) if row is not None and connected is not None else None
    if address is None:
        raise NotFound("No such link on this account.")
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=3, xmldecl=False, light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml")


def _shown(row: Any, accounts: list[Account]) -> dict[str, Any]:
    places = [(each, _address(each, row)) for each in accounts]
    return {
        "token": row.token,
        "campaign": row.campaign,
        "purpose": row.purpose,
        "consent_text": row.consent_text,
        "journey": row.journey,
        "double": bool(row.double),
        "invitation": row.invitation,
        "greeting": row.greeting,
        "arrived": row.arrived,
        "created_at": iso(row.created_at),
        "closed_at": iso(row.closed_at),
        "links": [
            {"channel": each.channel, "account": each.name, "link": address, "qr": _qr(row.token, each)}
            for each, address in places
            if address
        ],
    }


def _qr(token: str, account: Account) -> str:
    return f"/v1/opt-in-links/{token}/qr.svg?channel={account.channel}&account={account.name}"


def _address(account: Account, row: Any) -> str | None:
    """The link of one account; None when the account has no public name."""
    try:
        return channels()[account.channel].opt_in_link(account, row.token, row.invitation)
    except (ValueError, KeyError):
        return None
