"""Templates that Meta reviews, of WhatsApp's business and of Messenger's page: their list and the news of a review.

https://developers.facebook.com/docs/graph-api/reference/page/message_templates
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from channels import graph
from channels.base import Account, Request, Reviewed
from channels.message import Approved
from channels.reading import listed, mapping, words

FIELDS = "name,language,status,category,components"


def list_templates(account: Account, owner: str, after: str, label: str, more: str = "") -> Request | None:
    """The request for a page of the templates of `owner`, `more` of their fields; None when the owner is not known."""
    path = f"{quote(owner)}/message_templates?limit=100&fields={FIELDS}{more}"
    path += f"&after={quote(after, safe='')}" if after else ""
    return graph.get(account, path, label) if owner else None


def read_templates(body: Any) -> tuple[Sequence[Approved], str]:
    """The templates of a page of Graph's list, and the cursor of the next one."""
    answer = mapping(body)
    paging = mapping(answer.get("paging"))
    after = words(mapping(paging.get("cursors")).get("after")) if paging.get("next") else ""
    found = tuple(
        Approved(
            name=words(each.get("name")),
            language=words(each.get("language")),
            status=words(each.get("status")),
            category=words(each.get("category")),
            reason=words(each.get("rejected_reason")),
            components=listed(each.get("components")),
        )
        for each in listed(answer.get("data"))
        if words(each.get("name")) and words(each.get("language"))
    )
    return found, after


def reviewed(change: Mapping[str, Any]) -> Reviewed | None:
    """What a webhook's change tells of a review; None when it tells something else."""
    value = mapping(change.get("value"))
    name = words(value.get("message_template_name"))
    if words(change.get("field")) != "message_template_status_update" or not name:
        return None
    return Reviewed(
        name=name,
        language=words(value.get("message_template_language")),
        status=words(value.get("event")),
        reason=words(value.get("reason")).replace("NONE", ""),
    )
