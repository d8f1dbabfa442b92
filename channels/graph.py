"""What WhatsApp and Messenger share, the Graph API of Meta: https://developers.facebook.com/docs/graph-api"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from channels.base import Account, Answer, Rejected, Request, RetryAfter, Trouble, Unknown
from channels.reading import header, listed, mapping, number, same_secret, seconds, signed, words
from channels.writing import cut

HOME = "https://graph.facebook.com"
#: The Graph version when the account names none: https://developers.facebook.com/docs/graph-api/changelog
VERSION = "v25.0"
#: Seconds to wait when a rate limit does not say how long.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """The `error` of a Graph answer; `subcode` is 0 when there is none."""

    code: int
    subcode: int = 0
    text: str = ""
    transient: bool = False


#: What a messenger makes of an error it knows; None: it does not know it.
Meaning = Callable[[GraphError], Rejected | RetryAfter | None]


def post(account: Account, path: str, body: Mapping[str, Any], label: str) -> Request:
    """A POST with the account's token in a header, where no log of addresses can catch it."""
    return Request(url=_url(account, path), headers=_bearer(account), json=body, label=label)


def get(account: Account, path: str, label: str) -> Request:
    """A GET with the account's token in a header."""
    return Request(method="GET", url=_url(account, path), headers=_bearer(account), label=label)


def _url(account: Account, path: str) -> str:
    return f"{account.base_url}/{account.settings.get('version', VERSION)}/{path}"


def _bearer(account: Account) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {account.secrets.get('token', '')}"}


def verify(headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
    """`X-Hub-Signature-256` over the raw bytes: Meta escapes letters, so a body written anew has another signature."""
    scheme, _, digest = header(headers, "X-Hub-Signature-256").partition("=")
    return scheme == "sha256" and signed(account.secrets.get("app_secret", ""), raw, digest)


def challenge(query: Mapping[str, str], account: Account) -> str | None:
    """The challenge to give back when the verify token is ours."""
    expected, given = account.secrets.get("verify_token", ""), words(query.get("hub.verify_token"))
    if query.get("hub.mode") != "subscribe" or not same_secret(expected, given):
        return None
    return words(query.get("hub.challenge")) or None


def error_of(body: Any) -> GraphError | None:
    """The error in a Graph answer, or None when the body is not Meta's."""
    told = mapping(mapping(body).get("error"))
    code = number(told.get("code"))
    if code is None:
        return None
    details = words(mapping(told.get("error_data")).get("details")) or words(told.get("error_user_msg"))
    text = ": ".join(part for part in (words(told.get("message")), details) if part)
    return GraphError(
        code=code,
        subcode=number(told.get("error_subcode")) or 0,
        text=cut(text, 300),
        transient=told.get("is_transient") is True,
    )


def refusal(status: int, headers: Mapping[str, str], body: Any, meaning: Meaning) -> Answer:
    """What an answer that is no success means: only an error that Meta itself wrote is a definite no."""
    error = error_of(body)
    known = meaning(error) if error else None
    if isinstance(known, RetryAfter):
        asked = _asked(headers)
        return RetryAfter(
            seconds=asked or known.seconds, scope=known.scope, code=known.code, told=bool(asked) or known.told
        )
    if known:
        return known
    if status == 429:
        asked = _asked(headers)
        return RetryAfter(seconds=asked or PATIENCE, code="429", told=bool(asked))
    if error is None or not 400 <= status < 500:
        return Unknown(text=f"HTTP {status}: {error.text}" if error else f"HTTP {status}")
    if error.transient:
        return Rejected(trouble=Trouble.RETRY_BACKOFF, code=str(error.code), text=error.text)
    trouble = Trouble.ACCOUNT_AUTH if status == 401 else Trouble.CONTENT_INVALID
    return Rejected(trouble=trouble, code=code_of(error), text=error.text)


def code_of(error: GraphError) -> str:
    """The code as it is shown: `131047`, or `10/2018278` with a subcode."""
    return f"{error.code}/{error.subcode}" if error.subcode else str(error.code)


def _asked(headers: Mapping[str, str]) -> float | None:
    """Seconds that the headers ask for; the usage header tells minutes.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    if plain := seconds(header(headers, "Retry-After")):
        return plain
    try:
        usage = mapping(json.loads(header(headers, "X-Business-Use-Case-Usage")))
    except (ValueError, RecursionError):
        return None
    minutes = [
        number(one.get("estimated_time_to_regain_access")) or 0 for each in usage.values() for one in listed(each)
    ]
    return seconds(max(minutes, default=0) * 60) or None
