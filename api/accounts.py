"""Connecting accounts: the token is checked, the webhook registered, the secrets never shown again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.concurrency import run_in_threadpool

from api.doors import Authorised, Shared
from api.problems import Refused
from channels import registry as channels
from channels.base import Account
from engine.connect import connect
from engine.errors import AccountRefused
from store import keys

router = APIRouter(prefix="/v1/channels", tags=["channels"])
AccountName = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


class AccountIn(BaseModel):
    """What a messenger's account is made of; which secrets and settings it needs depends on the messenger."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    #: Empty: the messenger's own servers, or what it is already.
    base_url: str = Field("", max_length=300)
    secrets: dict[str, SecretStr] = Field(default_factory=dict, max_length=10)
    settings: dict[str, str] = Field(default_factory=dict, max_length=30)


@router.put("/{channel}/{account}")
async def connect_account(
    channel: str, account: AccountName, body: AccountIn, request: Request, project: Shared, caller: Authorised
) -> dict[str, Any]:
    """Connect an account, or give one that is connected another token or setting.

    What is not named stays, an empty setting goes, and at another server's address all secrets are asked for anew. The
    token is checked with a real call, the webhook is set where the messenger lets us (Telegram, Viber); for the others
    the answer says what to paste there.
    """
    if channel not in channels():
        raise Refused(404, "not_found", f"No messenger is called {channel!r}; known: {', '.join(channels())}.")
    given = Account(
        channel=channel,
        name=account,
        base_url=body.base_url,
        secrets={name: value.get_secret_value() for name, value in body.secrets.items()},
        settings=body.settings,
    )
    url = f"{request.app.state.public_url}/webhooks/{channel}/{account}"
    try:
        whole = await connect(project, given, url)
    except AccountRefused as refused:
        raise Refused(422, "account_refused", str(refused), field=refused.field) from refused
    await run_in_threadpool(
        project.database.transact,
        lambda each: keys.audit(
            each, caller.name, "account.connected", f"{channel}/{account}", project.now_micros(each)
        ),
    )
    answer: dict[str, Any] = {"channel": channel, "account": account, "status": "ok", "webhook_url": url}
    if "verify_token" in whole.secrets:
        # Pasted once into the messenger's own settings beside the address; it protects nothing but that dialogue.
        answer["verify_token"] = whole.secrets["verify_token"]
        answer["subscribes"] = list(channels()[channel].subscribes)
    return answer
