"""WhatsApp, by Meta's Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from channels import graph, graph_templates, whatsapp_errors, whatsapp_events, whatsapp_standing
from channels.base import Accepted, Account, Answer, Event, Limits, Request
from channels.message import Approved, Button, Media, Message
from channels.reading import ident, listed, mapping
from channels.whatsapp_parts import media_of, template_of, template_problems
from channels.writing import choices, cut, extra, folding, payload, refusals, unfolded, with_lines

#: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
BODY = 1024
BUTTON_TITLE = 20
#: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
ROW_TITLE = 24
ROW_DESCRIPTION = 72
#: A person who hides their number has an id with a country before it instead: `US.13491208655302741918`.
HIDDEN_NUMBER = re.compile(r"[A-Z]{2}\.\S+")
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The form that a message takes: where its text, its picture and its buttons go."""

    form: Literal["plain", "buttons", "list", "link"]
    #: With the links and codes that have no button of their own.
    text: str
    #: The media is a message of its own before the rest.
    media_first: bool = False


class WhatsApp:
    """A business number: three buttons, then a list; approved templates outside of the window of 24 hours."""

    name = "whatsapp"
    title = "WhatsApp"
    base_url = graph.HOME
    needs = ("secrets.token", "secrets.app_secret", "settings.phone_number_id")
    makes = ("verify_token",)
    subscribes = ("messages", "user_preferences", "message_template_status_update", *whatsapp_standing.READERS)
    limits = Limits(
        text=4096,
        caption=1024,
        buttons=3,
        choices=10,
        button_title=BUTTON_TITLE,
        media=frozenset({"image", "video", "document", "audio"}),
        # https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
        megabytes={"image": 5, "video": 16, "audio": 16, "document": 100},
        window_hours=24,
        echoes=True,
        per_second=75.0,
        pair_seconds=6.0,
        pair_burst=3,
        several_names=True,
        source="https://developers.facebook.com/docs/whatsapp/cloud-api/messages/text-messages",
    )

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        to = "recipient" if HIDDEN_NUMBER.fullmatch(address) else "to"
        added = extra(message, self.name, ("to", "recipient", "recipient_type", "biz_opaque_callback_data"))
        # Marketing templates may go by a path of their own, with Meta's optimisation of who gets them:
        # https://developers.facebook.com/docs/whatsapp/marketing-messages-lite-api
        special = message.template is not None and message.category == "marketing"
        door = account.settings.get("marketing_path", "messages") if special else "messages"
        path = f"{account.settings.get('phone_number_id', '')}/{door}"
        requests = []
        for kind, content in (part for each in unfolded(message) for part in self._parts(each, account, ref)):
            body = {"messaging_product": "whatsapp", "recipient_type": "individual", to: address, "type": kind}
            whole = {**body, kind: content, "biz_opaque_callback_data": ref, **added}
            requests.append(graph.post(account, path, whole, f"whatsapp {kind}"))
        return tuple(requests)

    def _parts(self, message: Message, account: Account, ref: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if message.template:
            yield "template", template_of(message.template, message.buttons, ref)
            return
        plan, media = plan_of(message), message.media
        if media and plan.media_first:
            yield media.kind, media_of(media)
            media = None
        if plan.form != "plain":
            yield "interactive", _interactive(plan, message.buttons, media, account, ref)
        elif media:
            yield media.kind, media_of(media) | ({"caption": plan.text} if plan.text else {})
        elif plan.text or not message.media:
            yield "text", {"body": plan.text, "preview_url": False}

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        answer = mapping(body)
        sent = next(iter(listed(answer.get("messages"))), {})
        key = ident(sent.get("id")) or ident(answer.get("id"))
        if status < 300 and "error" not in answer and (key or answer.get("success") is True):
            return Accepted(id=key or "")
        return graph.refusal(status, headers, body, whatsapp_errors.meaning)

    def verify(self, headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
        return graph.verify(headers, raw, account)

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        return graph.challenge(query, account)

    def read_webhook(self, body: Any) -> Sequence[Event]:
        return whatsapp_events.read(body)

    def webhook_answer(self, body: Any) -> Mapping[str, Any] | None:
        return None

    def welcome(self, message: Message, account: Account) -> Mapping[str, Any] | None:
        return None

    def opt_in_link(self, account: Account, token: str, text: str = "") -> str:
        """A `wa.me` link; its text ends with `#token`, which comes back as `Reply.ref`. ValueError without a number."""
        digits = "".join(each for each in account.settings.get("username", "") if each in "0123456789")
        if not digits:
            raise ValueError("the account has no phone number as its username: WhatsApp links need it")
        return f"https://wa.me/{digits}?text={quote(f'{text} #{token}'.strip(), safe='')}"

    def problems(self, message: Message) -> Sequence[str]:
        if message.template:
            return tuple(template_problems(message.template))
        found = [*refusals(message, self.title, self.limits), *folding(message, self.title)]
        for each in unfolded(message):
            plan = plan_of(each)
            found += (*_form_problems(plan, each), *_written(plan, each))
        return tuple(dict.fromkeys(found))

    def list_templates(self, account: Account, after: str = "") -> Request | None:
        owner = account.settings.get("waba_id", "")
        return graph_templates.list_templates(account, owner, after, "whatsapp templates", ",rejected_reason")

    def read_templates(self, body: Any) -> tuple[Sequence[Approved], str]:
        return graph_templates.read_templates(body)

    def register_webhook(self, account: Account, url: str) -> Sequence[Request]:
        return ()

    def check_account(self, account: Account) -> Request:
        path = (
            f"{account.settings.get('phone_number_id', '')}?fields=id,display_phone_number,verified_name,quality_rating"
        )
        return graph.get(account, path, "whatsapp phone number")


def plan_of(message: Message) -> Plan:
    """The form for this message: a link button alone, up to three short buttons, a list, or plain text."""
    split, kind = choices(message.buttons), message.media.kind if message.media else None
    under_codes = with_lines(message.text, split.codes)
    if len(split.links) == 1 and not split.replies and message.text and len(under_codes) <= BODY:
        return Plan(form="link", text=under_codes, media_first=kind == "audio")
    text = with_lines(message.text, (button for button in message.buttons if button.url or button.copy))
    if not split.replies:
        return Plan(form="plain", text=text, media_first=bool(text) and (kind == "audio" or len(text) > BODY))
    if len(split.replies) <= 3 and all(len(button.title) <= BUTTON_TITLE for button in split.replies):
        return Plan(form="buttons", text=text, media_first=kind == "audio")
    return Plan(form="list", text=text, media_first=kind is not None)


def _interactive(
    plan: Plan, buttons: Sequence[Button], media: Media | None, account: Account, ref: str
) -> dict[str, Any]:
    replies = choices(buttons).replies
    content: dict[str, Any] = {"type": {"buttons": "button", "link": "cta_url"}.get(plan.form, plan.form)}
    if media:
        content["header"] = {"type": media.kind, media.kind: media_of(media)}
    content["body"] = {"text": plan.text}
    if plan.form == "link":
        (link,) = choices(buttons).links
        parameters = {"display_text": cut(link.title, BUTTON_TITLE), "url": link.url}
        content["action"] = {"name": "cta_url", "parameters": parameters}
    elif plan.form == "buttons":
        keys = [{"id": payload(ref, button.id), "title": button.title} for button in replies]
        content["action"] = {"buttons": [{"type": "reply", "reply": key} for key in keys]}
    else:
        label = account.settings.get("list_button") or ("Выбрать" if CYRILLIC.search(plan.text) else "Choose")
        rows = [_row(button, ref) for button in replies]
        content["action"] = {"button": cut(label, BUTTON_TITLE), "sections": [{"rows": rows}]}
    return content


def _row(button: Button, ref: str) -> dict[str, str]:
    row = {"id": payload(ref, button.id), "title": cut(button.title, ROW_TITLE)}
    return row if len(button.title) <= ROW_TITLE else row | {"description": cut(button.title, ROW_DESCRIPTION)}


def _form_problems(plan: Plan, message: Message) -> Iterator[str]:
    replies = choices(message.buttons).replies
    titles = [button.title for button in replies]
    if replies and not plan.text:
        yield "error: WhatsApp shows no buttons without a text."
    elif replies and len(plan.text) > BODY:
        yield f"error: WhatsApp takes at most {BODY} characters over buttons; this text has {len(plan.text)}."
    if plan.form == "buttons" and len(set(titles)) < len(titles):
        yield "error: WhatsApp takes no two buttons with the same title."
    if plan.form == "list" and len(replies) <= 10:
        if len(replies) > 3:
            yield f"WhatsApp shows {len(replies)} buttons as a list that opens by a tap."
        else:
            yield f"WhatsApp shows buttons over {BUTTON_TITLE} characters as a list that opens by a tap."
        for title in (title for title in titles if len(title) > ROW_TITLE):
            yield f"WhatsApp cuts «{title}» to {ROW_TITLE} characters in a list and writes it out under it."
    if plan.form == "link" and len(choices(message.buttons).links[0].title) > BUTTON_TITLE:
        yield f"WhatsApp cuts «{choices(message.buttons).links[0].title}» to {BUTTON_TITLE} characters."
    if plan.media_first and message.media:
        yield f"WhatsApp sends the {message.media.kind} on its own before the text."


def _written(plan: Plan, message: Message) -> Iterator[str]:
    for button in choices(message.buttons).links if plan.form != "link" else ():
        yield f"WhatsApp has no room for a link button here: the link of «{button.title}» is written under the text."
    for button in choices(message.buttons).codes:
        yield f"WhatsApp copies codes only in templates: the code of «{button.title}» is written under the text."


channel = WhatsApp()
