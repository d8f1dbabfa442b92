"""What happened with a contact, as one line with an icon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.language import N_, _
from ui.words import channel, exit_name, plain, purpose, reason, safe

Json = Mapping[str, Any]
ICONS = {
    "reply": ":green[:material/reply:]",
    "message": ":blue[:material/chat:]",
    "entered": ":violet[:material/login:]",
    "left": ":gray[:material/logout:]",
    "step": ":violet[:material/arrow_forward:]",
    "event": ":orange[:material/bolt:]",
    "consent": ":green[:material/verified_user:]",
}
CONSENTS = {
    "grant": N_("Consent given"),
    "confirm": N_("Consent confirmed"),
    "withdraw": N_("Consent withdrawn"),
}
#: One message by the state of its delivery.
MESSAGES = {
    "planned": N_("Message planned"),
    "held": N_("Message waits"),
    "ready": N_("Message ready"),
    "sending": N_("Message is being sent"),
    "accepted": N_("Message accepted by the messenger"),
    "delivered": N_("Message delivered"),
    "read": N_("Message read"),
    "rejected": N_("Message refused by the messenger"),
    "suppressed": N_("Message not sent"),
    "unknown": N_("Message: not known yet whether it arrived"),
    "unresolved": N_("Message: never known whether it arrived"),
}
ENDINGS = {
    "completed": N_("Journey completed"),
    "exited": N_("Left the journey early"),
    "failed": N_("Journey failed"),
}
#: How a reply found its place: which rule applied.
ROUTES = {
    "button": N_("pressed a button"),
    "opt_out": N_("asked to stop"),
    "opt_in": N_("agreed"),
    "stale_button": N_("pressed a button of an earlier question"),
    "quoted": N_("answered a message"),
    "question": N_("answered a question"),
    "keyword": N_("wrote a key word"),
    "link": N_("came by a link"),
    "inbox": N_("wrote by themselves"),
}


def event_line(item: Json, titles: Mapping[str, str] | None = None) -> str:
    """Icon, title and detail in Markdown; other people's words are never read as markup."""
    icon = ICONS.get(str(item.get("kind")), ":gray[:material/circle:]")
    title, detail = _said(item, titles or {})
    return f"{icon} **{safe(title)}**" + (f" &nbsp; {safe(detail)}" if detail else "")


def _said(item: Json, titles: Mapping[str, str]) -> tuple[str, str]:
    title, detail, node = (str(item.get(name) or "") for name in ("title", "detail", "node"))
    where, _space, given_to = detail.partition(" ")
    agreed = _(CONSENTS[title]) if title in CONSENTS else plain(title)
    known = {
        "message": (_(MESSAGES[title]) if title in MESSAGES else _("Message"), detail),
        "reply": (_("Wrote"), f"{detail} ({_(ROUTES[title])})" if title in ROUTES else detail),
        "event": (_("Event {name}").format(name=title), detail),
        "consent": (agreed, " · ".join(filter(None, (channel(where), purpose(given_to))))),
        "entered": (_("Entered a journey"), ""),
        "left": (_(ENDINGS[title]) if title in ENDINGS else plain(title), reason(detail)),
        "step": (_("Passed {step}").format(step=titles.get(node, node)), exit_name(title)),
    }
    kind = str(item.get("kind") or "")
    return known.get(kind, (plain(title or kind), detail))
