"""The doors of Graph: messages, templates, profiles, and the objects themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import messenger, whatsapp, whatsapp_templates
from sandbox.exchange import Call, exchange
from sandbox.facts import Account, Refusal
from sandbox.graph import account_of, arguments, error, excuse, no_object, of_page

if TYPE_CHECKING:
    from sandbox.state import World

SEND = {"whatsapp": whatsapp.send, "messenger": messenger.send}
EXCUSE = {"whatsapp": whatsapp.excuse, "messenger": messenger.excuse}
PROFILE = frozenset({"get_started", "greeting", "persistent_menu", "ice_breakers", "whitelisted_domains"})
Deed = Callable[["World", Request, Account, dict[str, Any], Call], dict[str, Any]]


class VersionConvertor(Convertor[str]):
    """Graph's version in a path; any is taken."""

    regex = r"v\d+(?:\.\d+)?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("version", VersionConvertor())


def messages(world: World, request: Request, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """Send."""
    return SEND[account.channel](world, account, args, call)


def templates(world: World, request: Request, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """List or submit."""
    identity = request.path_params["id"]
    if request.method == "GET":
        return whatsapp_templates.listed(world, account, identity, args)
    if request.method == "POST":
        return whatsapp_templates.create(world, account, identity, args)
    named = [key for key in world.templates if key[:2] == (whatsapp_templates.business(account), args.get("name"))]
    if not named:
        raise error(100, "Message template not found", subcode=2593002)
    for key in named:
        world.keep_template(key, {**world.templates[key], "status": "REJECTED"})
    return {"success": True}


def profile(world: World, request: Request, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """Messenger's Get Started, greeting and menu."""
    if account.channel != "messenger":
        raise no_object(request.path_params["id"], request.method)
    if request.method == "GET":
        return {"data": [account.profile] if account.profile else []}
    if request.method == "DELETE":
        for name in args.get("fields") or []:
            account.profile.pop(name, None)
    else:
        unknown = sorted(set(args) - PROFILE)
        if unknown or not args:
            raise error(100, f"Invalid parameter {', '.join(unknown) or 'list is empty'}")
        account.profile |= args
    world.touch_account(account)
    return {"result": "success"}


def itself(world: World, request: Request, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """The number or the page: a health check."""
    if account.channel == "messenger":
        return {"id": account.settings.get("page_id", "0"), "name": account.name}
    return {
        "id": account.settings.get("phone_number_id", request.path_params["id"]),
        "verified_name": account.name,
        "display_phone_number": whatsapp.display(account),
        "quality_rating": account.standing.get("rating", "GREEN"),
    }


def routes(world: World) -> list[BaseRoute]:
    """Every Graph path that the world knows, under any version."""
    doors: list[tuple[str, Deed, list[str]]] = [
        ("/messages", messages, ["POST"]),
        ("/message_templates", templates, ["GET", "POST", "DELETE"]),
        ("/messenger_profile", profile, ["GET", "POST", "DELETE"]),
        ("", itself, ["GET"]),
    ]
    base = "/{version:version}/{id}"
    return [Route(base + path, opened(world, path.strip("/"), deed), methods=methods) for path, deed, methods in doors]


def opened(world: World, method: str, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    """A door that knows the account, meets faults and writes the log."""

    async def door(request: Request) -> Response:
        call = Call(channel="graph", method=method or "get", sends=False)
        try:
            args = await arguments(request)
            account = account_of(world, request, args)
        except Refusal as no:
            refused = no
            return await exchange(world, call, lambda: raising(refused), excuse)
        call.channel, call.account, call.address = account.channel, account.name, recipient(args)
        call.sends = method == "messages" and "sender_action" not in args and args.get("status") != "read"

        def done() -> dict[str, Any]:
            try:
                return deed(world, request, account, args, call)
            except Refusal as no:
                raise of_page(no) if account.channel == "messenger" else no from None

        return await exchange(world, call, done, EXCUSE[account.channel])

    return door


def recipient(args: dict[str, Any]) -> str:
    """Whom the request is about; a phone number as its digits."""
    one = args.get("recipient")
    if isinstance(one, dict):
        return str(one.get("id") or "")
    if one:
        return str(one)
    return "".join(sign for sign in str(args.get("to") or "") if sign not in "+ ()-.")


def raising(no: Refusal) -> dict[str, Any]:
    raise no
