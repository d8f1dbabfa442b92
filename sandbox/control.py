"""The doors of whoever moves the world: clock, people, phones, faults, log."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import phones
from sandbox.agenda import Item
from sandbox.clock import instant, iso
from sandbox.keeping import add_account, keep_clock, keep_person
from sandbox.network import Scene
from sandbox.orders import Accounts, ClockOrder, FaultList, People, ReplyOrder, Settings, StartOrder, Which
from sandbox.people import Behaviour, Person

if TYPE_CHECKING:
    from sandbox.facts import Account
    from sandbox.state import World

Door = Callable[["World", Request], Awaitable[Any]]
MAX_LOG = 100_000


async def accounts(world: World, request: Request) -> Any:
    """Register accounts, or change them."""
    order = Accounts.model_validate_json(await request.body())
    for one in order.accounts:
        add_account(world, one.account_on(world.accounts.get((one.channel, one.account))))
    return {"accounts": len(order.accounts)}


async def clock(world: World, request: Request) -> Any:
    """Read the clock, or move it, start it, stop it."""
    if request.method == "PUT":
        order = ClockOrder.model_validate_json(await request.body())
        before = world.now()
        now = None if order.now is None else instant(order.now)
        world.clock.move(max(now, before) if order.forward and now is not None else now, running=order.running)
        if world.now() < before - 1.0:
            world.rates.forget()
        keep_clock(world.store, world.clock)
        world.wake()
    return {"now": iso(world.now()), "running": world.clock.running}


async def upcoming(world: World, request: Request) -> Any:
    """When the world will next do something, and the last of what it will do within the second after that."""
    at = soonest(world)
    last = world.agenda.last_due(instant(at) + 1.0) if at is not None else None
    return {"at": at, "last": iso(last) if last is not None else at}


async def settle(world: World, request: Request) -> Any:
    """Run everything due; tells what is upcoming, too."""
    return {"delivered": await world.settle(), **(await upcoming(world, request))}


def soonest(world: World) -> str | None:
    """The earliest due instant, of what waits or is on its way."""
    dues = [due for due in (world.agenda.next_due(), min(world.courier.open.values(), default=None)) if due is not None]
    return iso(min(dues)) if dues else None


async def people(world: World, request: Request) -> Any:
    """Put people into the world."""
    order = People.model_validate_json(await request.body())
    shared: dict[str, Behaviour] = {}
    for one in order.people:
        habits = shared.setdefault(one.behaviour.model_dump_json(), one.behaviour)
        name = one.name or f"Person {one.address[-4:]}"
        person = Person(channel=one.channel, address=one.address, name=name, language=one.language, behaviour=habits)
        person.state = one.state
        world.people[(one.channel, one.address)] = person
        keep_person(world.store, person)
        for channel, account in world.accounts:
            thread = world.threads.get((channel, account, one.address)) if channel == one.channel else None
            if thread is not None:
                thread.blocked, thread.subscribed = one.state == "blocked", one.state != "stranger"
                world.touch(thread)
    world.wake()
    return {"people": len(order.people)}


async def phone(world: World, request: Request) -> Any:
    """What a phone shows."""
    query = request.query_params
    limit = min(int(query.get("limit", "1000")), MAX_LOG)
    return phones.shown(world, *who(request), query.get("account"), limit)


def who(request: Request) -> tuple[str, str]:
    return request.path_params["channel"], request.path_params["address"]


def scene_of(world: World, request: Request, account: str | None) -> Scene:
    """The person of the path, with the account they mean, now."""
    channel, address = who(request)
    return world.scene(phones.account_of(world, channel, address, account), address, world.now())


async def reply(world: World, request: Request) -> Any:
    """The person writes, presses or sends."""
    order = ReplyOrder.model_validate_json(await request.body())
    channel, address = who(request)
    pressed, account = None, order.account
    if order.button is not None:
        pressed = phones.find_button(world, channel, address, account, order.button)
        account = pressed[0].account
    what: dict[str, Any] = {} if order.text is None else {"text": order.text}
    if order.media is not None:
        what["media"] = order.media
    scene = scene_of(world, request, account)
    return await delivered(world, [phones.speak(world, scene, what, pressed)])


async def act(world: World, request: Request) -> Any:
    """Block, unblock, or stop marketing."""
    order = Which.model_validate_json(await request.body() or b"{}")
    scene, deed = scene_of(world, request, order.account), request.path_params["deed"]
    if deed == "stop":
        return await delivered(world, phones.stop(world, scene))
    return await delivered(world, phones.block(world, scene, blocked=deed == "block"))


async def start(world: World, request: Request) -> Any:
    """The person opens the conversation, by a link or without."""
    order = StartOrder.model_validate_json(await request.body() or b"{}")
    ref, text = followed(order.link) if order.link else (order.ref or "", order.text or "")
    scene = scene_of(world, request, order.account)
    return await delivered(world, phones.start(world, scene, ref, text))


def followed(link: str) -> tuple[str, str]:
    """What an opt-in link brings along: (payload, text written for the person)."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    ref = next((query[name] for name in ("start", "context", "ref") if name in query), "")
    return ref, query.get("text", "")


async def delivered(world: World, items: list[Item]) -> dict[str, Any]:
    """Bring webhooks out at once, whatever the clock does, and tell whether the product took the first attempt."""
    loop = asyncio.get_running_loop()
    for item in items:
        item.outcome = loop.create_future()
        world.courier.carry(item)
    statuses = [await item.outcome for item in items if item.outcome is not None]
    ok = all(200 <= status < 300 for status in statuses)
    return {"delivered": ok, "webhooks": len(items), "status": statuses[-1] if statuses else None}


async def faults(world: World, request: Request) -> Any:
    """Replace the faults in force, or read them."""
    if request.method == "PUT":
        world.faults.replace(FaultList.model_validate_json(await request.body()).faults)
        world.wake()
    return {"faults": world.faults.saved()}


async def settings(world: World, request: Request) -> Any:
    """Switch the messengers' rates, set the seed."""
    if request.method == "PUT":
        order = Settings.model_validate_json(await request.body())
        world.settings |= order.model_dump(exclude_none=True)
        world.store.remember("world", "settings", world.settings)
        world.wake()
    return world.settings


async def log(world: World, request: Request) -> Any:
    """What the pretend messengers received, in order."""
    after, limit = int(request.query_params.get("after") or 0), int(request.query_params.get("limit") or 1_000)
    limit = max(1, min(limit, MAX_LOG))
    world.flush()
    rows, last = world.store.log(after, limit)
    following = str(last) if len(rows) == limit and last < world.store.last_log else "null"
    return Response(f'{{"items":[{",".join(rows)}],"next":{following}}}', media_type="application/json")


async def verify(world: World, request: Request) -> Any:
    """Meta's subscription check of the webhook address, by GET; Viber's `webhook` event is sent by set_webhook."""
    account: Account | None = world.accounts.get((request.path_params["channel"], request.path_params["account"]))
    if account is None:
        raise phones.Impossible("no such account")
    token = account.secrets.get("verify_token", "")
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
    got = await world.courier.post.get(account.webhook_url, query)
    return {"verified": got is not None and got.status_code == 200 and got.text == query["hub.challenge"]}


def routes(world: World, key: str) -> list[BaseRoute]:
    """The /world doors; with a key every one asks for `X-World-Key`."""
    one = "/world/phones/{channel}/{address:path}"
    doors: list[tuple[str, Door, list[str]]] = [
        ("/world/accounts", accounts, ["PUT"]),
        ("/world/accounts/{channel}/{account}/verify", verify, ["POST"]),
        ("/world/clock", clock, ["GET", "PUT"]),
        ("/world/settle", settle, ["POST"]),
        ("/world/next", upcoming, ["GET"]),
        ("/world/people", people, ["PUT"]),
        (one + "/reply", reply, ["POST"]),
        (one + "/start", start, ["POST"]),
        (one + "/{deed:deed}", act, ["POST"]),
        (one, phone, ["GET"]),
        ("/world/faults", faults, ["GET", "PUT"]),
        ("/world/settings", settings, ["GET", "PUT"]),
        ("/world/log", log, ["GET"]),
    ]
    return [Route(path, guarded(world, key, door), methods=methods) for path, door, methods in doors]


def guarded(world: World, key: str, door: Door) -> Callable[[Request], Awaitable[Response]]:
    """A door that asks for the key and answers errors in JSON."""

    async def opened(request: Request) -> Response:
        given = request.headers.get("x-world-key", "")
        if key and not hmac.compare_digest(given.encode(), key.encode()):
            return JSONResponse({"detail": "X-World-Key is missing or wrong"}, 401)
        try:
            answer = await door(world, request)
        except ValidationError as error:
            return JSONResponse({"detail": error.errors(include_url=False, include_context=False)}, 422)
        except ValueError as error:
            return JSONResponse({"detail": str(error)}, 422)
        except phones.Impossible as error:
            return JSONResponse({"detail": str(error)}, 409)
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    return opened
