"""The REST methods that the pretend Viber knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.arrival import arrive
from sandbox.exchange import Call, attempt, exchange, note
from sandbox.facts import Account, Draft, Refusal, Thread
from sandbox.network import encoded
from sandbox.rates import Limit
from sandbox.viber_checks import MAX_REQUEST, STATUS, bad, draft, excuse, missing, plausible, refusal
from sandbox.viber_updates import HOST, token_of

if TYPE_CHECKING:
    from sandbox.state import World

MAX_RECEIVERS = 300
MAX_ONLINE = 100
#: https://developers.viber.com/docs/tools/broadcasting/: 500 requests in 10 s.
BROADCASTS = Limit(per_second=50.0, burst=500.0)
#: The same for single messages, of which the vendor tells nothing, and no more of them at once.
REQUESTS = Limit(per_second=50.0, burst=50.0)
#: Messages per hour to a person who does not answer.
UNANSWERED = 100
OK = {"status": 0, "status_message": "ok"}
EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started", "message")
ALWAYS = ("message", "subscribed", "unsubscribed")
Run = Callable[["World", Account, dict[str, Any], Call], dict[str, Any]]


def known_receiver(world: World, account: Account, address: Any) -> Thread:
    """The conversation with a subscriber."""
    if not isinstance(address, str) or not plausible(address):
        raise refusal(5, "receiver is not a Viber id")
    if world.person("viber", address).state == "gone":
        raise refusal(5)
    thread = world.thread(account, address)
    if thread.blocked or not thread.subscribed:
        raise refusal(6)
    return thread


def count_unanswered(world: World, thread: Thread) -> None:
    """A hundred messages an hour to one who keeps silent."""
    now = world.now()
    thread.unanswered = [at for at in thread.unanswered if at > now - 3_600.0]
    if world.settings["rates"] and len(thread.unanswered) >= UNANSWERED:
        raise refusal(12, "too many messages without an answer")
    thread.unanswered.append(now)


def send_message(world: World, account: Account, body: dict[str, Any], call: Call) -> dict[str, Any]:
    if not body.get("receiver"):
        raise missing("receiver")
    call.draft = Draft(text=str(body.get("text") or ""), ref=str(body.get("tracking_data") or ""))
    call.draft = draft(body)
    if not account.webhook_url:
        raise refusal(10)
    thread = known_receiver(world, account, body["receiver"])
    if world.admit({f"viber {account.name}": REQUESTS}) is not None:
        raise refusal(12, "too many messages of this account")
    count_unanswered(world, thread)
    token = token_of(account, world.number(account))
    arrive(world, thread, call.draft, str(token))
    return {**OK, "message_token": token, "chat_hostname": HOST, "billing_status": 1}


def broadcast_message(world: World, account: Account, body: dict[str, Any], call: Call) -> dict[str, Any]:
    """One message to many; each receiver gets a line of their own in the log."""
    receivers = body.get("broadcast_list")
    if not receivers:
        raise missing("broadcast_list")
    if not isinstance(receivers, list) or len(receivers) > MAX_RECEIVERS:
        raise bad(f"broadcast_list holds at most {MAX_RECEIVERS}")
    call.draft = draft(body)
    if world.admit({f"viber {account.name} broadcast": BROADCASTS}) is not None:
        raise refusal(12)
    token, failed = token_of(account, world.number(account)), []
    for address in receivers:
        one = Call(channel="viber", account=account.name, method=call.method, address=str(address), draft=call.draft)
        try:
            thread = known_receiver(world, account, address)
            arrive(world, thread, named(call.draft, world.person("viber", address).name), str(token))
            note(world, one, accepted=True, status=200)
        except Refusal as no:
            one.reason = no.reason
            note(world, one, accepted=False, status=200)
            failed.append({"receiver": address, **no.body})
    return {**OK, "message_token": token, "failed_list": failed}


def named(told: Draft, name: str) -> Draft:
    """The placeholder of a broadcast becomes the person's name."""
    text = told.text.replace("replace_me_with_user_name", name)
    return Draft(text=text, buttons=told.buttons, media=told.media, ref=told.ref, tracking=told.tracking)


def welcome(world: World, account: Account, address: str, body: dict[str, Any]) -> None:
    """A message in the answer to `conversation_started`: allowed before the person has subscribed."""
    call = Call(channel="viber", account=account.name, method="welcome_message", address=address)

    def deed() -> dict[str, Any]:
        call.draft = draft(body)
        arrive(world, world.thread(account, address), call.draft, str(token_of(account, world.number(account))))
        return OK

    attempt(world, call, deed, excuse)


def get_account_info(world: World, account: Account, body: dict[str, Any], call: Call) -> dict[str, Any]:
    own = {"id": f"pa:{token_of(account, 0)}", "name": account.settings.get("sender_name", account.name)}
    events = account.events or list(EVENTS)
    address = {"uri": account.settings.get("uri", account.name), "webhook": account.webhook_url}
    return {**OK, **own, **address, "event_types": events, "subscribers_count": world.counted(account)}


def get_user_details(world: World, account: Account, body: dict[str, Any], call: Call) -> dict[str, Any]:
    if not body.get("id"):
        raise missing("id")
    call.address = str(body["id"])
    thread = known_receiver(world, account, body["id"])
    person = world.person("viber", thread.address)
    user = {"id": person.address, "name": person.name, "language": person.language, "api_version": 10}
    return {**OK, "message_token": token_of(account, world.number(account)), "user": user}


def get_online(world: World, account: Account, body: dict[str, Any], call: Call) -> dict[str, Any]:
    ids = body.get("ids")
    if not ids:
        raise missing("ids")
    if not isinstance(ids, list) or len(ids) > MAX_ONLINE:
        raise bad(f"ids holds at most {MAX_ONLINE}")
    return {**OK, "users": [{"id": one, "online_status": 0, "online_status_message": "online"} for one in ids]}


METHODS: dict[str, Run] = {
    "send_message": send_message,
    "broadcast_message": broadcast_message,
    "get_account_info": get_account_info,
    "get_user_details": get_user_details,
    "get_online": get_online,
}


async def set_webhook(world: World, account: Account, body: dict[str, Any]) -> dict[str, Any]:
    """Where callbacks go; Viber tries the address at once and wants 200."""
    url, events = body.get("url"), body.get("event_types")
    if url is None:
        raise missing("url")
    if not isinstance(url, str) or (url and not url.startswith(("https://", "http://"))):
        raise refusal(1)
    if events is not None and (not isinstance(events, list) or not set(events) <= set(EVENTS)):
        raise bad("unknown event_types")
    former, account.webhook_url = account.webhook_url, url
    if url:
        token = token_of(account, world.number(account))
        hello = {
            "event": "webhook",
            "timestamp": int(world.now() * 1000),
            "chat_hostname": HOST,
            "message_token": token,
        }
        status, _ = await world.courier.post.send(world.networks["viber"], account, encoded(hello))
        if status != 200:
            account.webhook_url = former
            raise refusal(1, f"the webhook answered {status}")
    account.events = None if events is None else [*dict.fromkeys([*ALWAYS, *events])]
    world.touch_account(account)
    return {**OK, "chat_hostname": HOST, "event_types": account.events or list(EVENTS)}


async def call_method(world: World, request: Request) -> Response:
    """One HTTP request of a bot."""
    method = request.path_params["method"]
    call = Call(channel="viber", method=method, sends=method == "send_message")
    raw = await request.body()
    try:
        account, body = opened(world, request, raw)
        call.account, call.address = account.name, str(body.get("receiver") or "")
        done = await set_webhook(world, account, body) if method == "set_webhook" else None
    except Refusal as no:
        refused = no
        return await exchange(world, call, lambda: raising(refused), excuse)
    run = METHODS.get(method)
    if done is not None:
        return await exchange(world, call, lambda: done, excuse)
    if run is None:
        return await exchange(world, call, lambda: raising(Refusal(404, {}, "no such method")), excuse)
    return await exchange(world, call, lambda: run(world, account, body, call), excuse)


def opened(world: World, request: Request, raw: bytes) -> tuple[Account, dict[str, Any]]:
    """The bot and the body of a request; old clients put the token into the body."""
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError:
        raise bad("the body is not JSON") from None
    if not isinstance(body, dict):
        raise bad("the body must be an object")
    token = request.headers.get("x-viber-auth-token") or str(body.get("auth_token") or "")
    account = next((one for one in world.tokens.get(token, ()) if one.channel == "viber"), None)
    if not token or account is None:
        raise refusal(2, "missing_auth_token" if not token else STATUS[2])
    if len(raw) > MAX_REQUEST:
        raise bad(f"the request exceeds {MAX_REQUEST} bytes")
    return account, body


def raising(no: Refusal) -> dict[str, Any]:
    raise no
