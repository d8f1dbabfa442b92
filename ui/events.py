"""What happened with a contact, as one line with an icon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.language import N_, _
from ui.words import DELIVERY, ENROLLMENT, channel, exit_name, plain, reason, safe, word

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
#: How a reply found its place: which rule applied.
ROUTES = {
    "button": N_("pressed a button"),
    "opt_out": N_("asked to stop"),
    "opt_in": N_("agreed"),
    "quote": N_("answered a message"),
    "waiting": N_("answered a question"),
    "keyword": N_("wrote a key word"),
    "inbox": N_("wrote by themselves"),
}


def event_line(item: Json, titles: Mapping[str, str] | None = None) -> str:
    """Icon, title and detail in Markdown; other people's words are never read as markup."""
    icon = ICONS.get(str(item.get("kind")), ":gray[:material/circle:]")
    title, detail = _said(item, titles or {})
    return f"{icon} **{safe(title)}**" + (f" &nbsp; {safe(detail)}" if detail else "")


def _said(item: Json, titles: Mapping[str, str]) -> tuple[str, str]:
    title, detail, node = (str(item.get(name) or "") for name in ("title", "detail", "node"))
    match item.get("kind"):
        case "message":
            return _("Message: {state}").format(state=word(DELIVERY, title).text.lower()), detail
        case "reply":
            return _("Wrote"), f"{detail} ({_(ROUTES[title])})" if title in ROUTES else detail
        case "event":
            return _("Event {name}").format(name=title), detail
        case "consent":
            where, _space, purpose = detail.partition(" ")
            return _(CONSENTS[title]) if title in CONSENTS else plain(title), " · ".join(
                filter(None, (channel(where), purpose))
            )
        case "entered":
            return _("Entered a journey"), ""
        case "left":
            ended = word(ENROLLMENT, title).text
            return _("Journey over: {state}").format(state=ended.lower()), reason(detail)
        case "step":
            return _("Passed {step}").format(step=titles.get(node, node)), exit_name(title)
    return plain(title or str(item.get("kind") or "")), detail
