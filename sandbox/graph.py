"""Meta's Graph API around WhatsApp and Messenger: tokens, error bodies, the door of both."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from sandbox.facts import Account, Refusal

if TYPE_CHECKING:
    from sandbox.state import World

#: Which setting of an account is its id in paths.
OWN_ID = {"whatsapp": "phone_number_id", "messenger": "page_id"}


def error(
    code: int,
    message: str,
    *,
    status: int = 400,
    subcode: int | None = None,
    details: str = "",
    seconds: float | None = None,
) -> Refusal:
    """Graph's error body; `details` is WhatsApp's way of saying more."""
    body: dict[str, Any] = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    if details:
        body["error_data"] = {"messaging_product": "whatsapp", "details": details}
    digest = hashlib.blake2b(f"{code}{message}{details}".encode(), digest_size=8).hexdigest()
    body["fbtrace_id"] = f"A{digest}"
    return Refusal(status, {"error": body}, f"{code} {details or message}", seconds)


def of_page(refused: Refusal) -> Refusal:
    """The same refusal in Messenger's words: what WhatsApp calls details is a message to the user there."""
    told = refused.body.get("error", {})
    if data := told.pop("error_data", None):
        told["error_user_msg"] = data["details"]
    return refused


def bad_token(why: str = "Invalid OAuth access token - Cannot parse access token") -> Refusal:
    refused = error(190, why, status=401)
    refused.body["error"]["message"] = why
    return refused


def no_object(identity: str, method: str) -> Refusal:
    """Graph's answer to a path whose object the token cannot see."""
    why = f"Unsupported {method.lower()} request. Object with ID '{identity}' does not exist, cannot be loaded due to"
    refused = error(100, f"{why} missing permissions, or does not support this operation", subcode=33)
    refused.body["error"]["type"] = "GraphMethodException"
    return refused


async def arguments(request: Request) -> dict[str, Any]:
    """Arguments from the query, a form, or JSON; in a form, objects are JSON texts."""
    args: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if "form" in kind:
        async with request.form() as form:
            args |= {name: value for name, value in form.multi_items() if isinstance(value, str)}
    else:
        raw = await request.body()
        try:
            body = json.loads(raw) if raw.strip() else {}
        except ValueError:
            raise error(100, "Invalid parameter: the body is not valid JSON") from None
        if not isinstance(body, dict):
            raise error(100, "Invalid parameter: an object is expected")
        args |= body
        return args
    for name, value in args.items():
        if isinstance(value, str) and value[:1] in {"{", "["}:
            try:
                args[name] = json.loads(value)
            except ValueError:
                raise error(100, f"Invalid parameter: {name} is not valid JSON") from None
    return args


def account_of(world: World, request: Request, args: dict[str, Any]) -> Account:
    """The account whose token and id the request shows; takes the access arguments out of `args`."""
    bearer = request.headers.get("authorization", "")
    token = bearer[7:].strip() if bearer[:7].lower() == "bearer " else str(args.get("access_token") or "")
    args.pop("access_token", None)
    proof = args.pop("appsecret_proof", None)
    if not token:
        raise bad_token("An access token is required to request this resource.")
    own = [one for one in world.tokens.get(token, ()) if one.channel in OWN_ID]
    if not own:
        raise bad_token()
    account = chosen(own, request.path_params["id"], args)
    if account is None:
        raise no_object(request.path_params["id"], request.method)
    secret = account.secrets.get("app_secret", "")
    if proof is not None and secret:
        right = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, str(proof)):
            raise error(100, "Invalid appsecret_proof provided in the API argument")
    return account


def chosen(own: list[Account], identity: str, args: dict[str, Any]) -> Account | None:
    """Among the accounts of a token the one with this id; `me` is a page; an account without an id takes any."""
    product = "whatsapp" if args.get("messaging_product") == "whatsapp" else "messenger"
    for account in own:
        known = {account.settings.get(OWN_ID[account.channel]), account.settings.get("waba_id")}
        if identity in known or (identity == "me" and account.channel == "messenger"):
            return account
    loose = [account for account in own if not account.settings.get(OWN_ID[account.channel]) and identity != "me"]
    return next((account for account in loose if account.channel == product), loose[0] if loose else None)


def sign(account: Account, raw: bytes, *, forged: bool) -> dict[str, str]:
    """Meta's signature over the raw body."""
    key = "forged" if forged else account.secrets.get("app_secret", "")
    digest = hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}", "user-agent": "facebookexternalua"}


class Product:
    """What the pretend WhatsApp and Messenger have in common as networks."""

    fifo = False
    timeout = 20.0
    receipts = True

    def routes(self, world: World) -> list[BaseRoute]:
        """None of their own: Graph's doors are those of both."""
        return []

    def sign(self, account: Account, raw: bytes, *, forged: bool = False) -> dict[str, str]:
        return sign(account, raw, forged=forged)


def whole_text(value: Any, name: str, most: int, *, needed: bool = True, code: int = 100) -> str:
    """A text argument of at most `most` characters."""
    if value is None or value == "":
        if needed:
            raise error(100, f"The parameter {name} is required.", details=f"{name} is required")
        return ""
    if not isinstance(value, str):
        raise error(code, "Invalid parameter", details=f"Param {name} must be a string")
    if len(value) > most:
        raise error(code, "Invalid parameter", details=f"Param {name} must be at most {most} characters long")
    return value


def excuse(kind: str, seconds: float | None) -> Refusal | None:
    """Graph's words for the faults that both products share."""
    if kind == "401":
        return bad_token("Error validating access token: The session has been invalidated")
    if kind == "500":
        return error(2, "Service temporarily unavailable", status=500)
    return None
