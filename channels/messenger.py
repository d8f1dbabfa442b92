"""Facebook Messenger, by the Send API: https://developers.facebook.com/docs/messenger-platform/reference/send-api"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

from channels import graph, graph_templates, messenger_errors, messenger_events
from channels.base import Accepted, Account, Answer, Event, Limits, Request
from channels.message import Approved, Message
from channels.messenger_parts import TITLE, button_template, card_problems, carousel, quick_replies, utility
from channels.reading import ident, mapping
from channels.writing import choices, count, extra, folding, refusals, unfolded, with_lines

#: https://developers.facebook.com/docs/messenger-platform/reference/templates/button
TEMPLATE_TEXT = 640
TEMPLATE_BUTTONS = 3
EMPTY = {"text": ""}
ATTACHMENTS = {"image": "image", "video": "video", "document": "file", "audio": "audio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The form that a message takes: where its text and its buttons go."""

    form: Literal["plain", "template", "quick_replies"]
    #: With the links and codes that have no button of their own.
    text: str


class Messenger:
    """A page: a picture and its text are two messages, buttons are a template or quick replies."""

    name = "messenger"
    title = "Messenger"
    base_url = graph.HOME
    needs = ("secrets.token", "secrets.app_secret", "settings.page_id")
    makes = ("verify_token",)
    # Echoes tell what became of a message whose answer was lost.
    subscribes = (
        *("messages", "messaging_postbacks", "messaging_optins", "messaging_referrals"),
        *("message_deliveries", "message_reads", "message_echoes", "message_template_status_update"),
    )
    limits = Limits(
        text=2000,
        caption=0,
        buttons=TEMPLATE_BUTTONS,
        choices=13,
        button_title=TITLE,
        media=frozenset(ATTACHMENTS),
        # https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
        megabytes={"image": 8, "video": 25, "document": 25, "audio": 25},
        window_hours=24,
        # A person's own answer: https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags
        answer_hours=7 * 24,
        echoes=True,
        # 300 a second, and 10 of sound and video: https://developers.facebook.com/docs/messenger-platform/send-messages
        per_second=300.0,
        slow_media=frozenset({"audio", "video"}),
        slow_per_second=10.0,
        pair_seconds=1.0,
        pair_burst=3,
        source="https://developers.facebook.com/docs/messenger-platform/send-messages",
    )

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        path = f"{account.settings.get('page_id') or 'me'}/messages"
        added = extra(message, self.name, ("recipient", "tag"))
        if added.get("messaging_type") == "MESSAGE_TAG":
            del added["messaging_type"]
        if message.late_answer:
            added["tag"] = "HUMAN_AGENT"
        kind = "UTILITY" if message.template else "MESSAGE_TAG" if message.late_answer else "RESPONSE"
        parts = [part for each in unfolded(replace(message, cards=())) for part in self._parts(each, ref)]
        if message.cards:
            parts = [part for part in parts if part != EMPTY] + [carousel(message.cards, ref)]
        requests = []
        for part in parts:
            body = {"messaging_type": kind, "message": part, **added, "recipient": {"id": address}}
            if isinstance(body["message"], Mapping):
                body["message"] = {**body["message"], "metadata": ref}
            requests.append(graph.post(account, path, body, "messenger message"))
        return tuple(requests)

    def _parts(self, message: Message, ref: str) -> Iterator[dict[str, Any]]:
        if message.template:
            yield {"template": utility(message.template, message.buttons, ref)}
            return
        plan = plan_of(message)
        replies = quick_replies(message.buttons, ref) if plan.form == "quick_replies" else {}
        if message.media:
            attachment = {"type": ATTACHMENTS[message.media.kind], "payload": {"url": message.media.url}}
            yield {"attachment": attachment} | (replies if not plan.text else {})
        if plan.form == "template":
            yield {"attachment": {"type": "template", "payload": button_template(plan.text, message.buttons, ref)}}
        elif plan.text or not message.media:
            yield {"text": plan.text} | replies

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        answer = mapping(body)
        key = ident(answer.get("message_id")) or ident(answer.get("id"))
        if status < 300 and "error" not in answer and (key or answer.get("result") == "success"):
            return Accepted(id=key or "")
        return graph.refusal(status, headers, body, messenger_errors.meaning)

    def verify(self, headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
        return graph.verify(headers, raw, account)

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        return graph.challenge(query, account)

    def read_webhook(self, body: Any) -> Sequence[Event]:
        return messenger_events.read(body)

    def webhook_answer(self, body: Any) -> Mapping[str, Any] | None:
        return None

    def welcome(self, message: Message, account: Account) -> Mapping[str, Any] | None:
        return None

    def opt_in_link(self, account: Account, token: str, text: str = "") -> str:
        """`https://m.me/<page>?ref=<token>`; ValueError for an account without a page."""
        page = account.settings.get("username") or account.settings.get("page_id", "")
        if not page:
            raise ValueError("the account has no page: Messenger links need its name or id")
        return f"https://m.me/{quote(page)}?ref={quote(token, safe='')}"

    def problems(self, message: Message) -> Sequence[str]:
        found = list(_rule_problems(message))
        if message.template:
            return tuple(found)
        plan = plan_of(message)
        found.extend(refusals(message, self.title, self.limits))
        found.extend(folding(message, self.title, carousels=True))
        found.extend(card_problems(message.cards))
        found.extend(_form_problems(plan, message))
        length = count(plan.text, self.limits)
        if len(message.text) <= self.limits.text < length:
            found.append(
                f"error: Messenger takes at most 2000 characters of text; with its links this one has {length}."
            )
        return tuple(found)

    def list_templates(self, account: Account, after: str = "") -> Request | None:
        page = account.settings.get("page_id", "")
        return graph_templates.list_templates(account, page, after, "messenger templates")

    def read_templates(self, body: Any) -> tuple[Sequence[Approved], str]:
        return graph_templates.read_templates(body)

    def register_webhook(self, account: Account, url: str) -> Sequence[Request]:
        # Without Get Started the links of new people bring nothing:
        # https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api/get-started-button
        page = account.settings.get("page_id") or "me"
        begin = {"get_started": {"payload": "GET_STARTED"}}
        return (graph.post(account, f"{page}/messenger_profile", begin, "messenger profile"),)

    def check_account(self, account: Account) -> Request:
        return graph.get(account, f"{account.settings.get('page_id') or 'me'}?fields=id,name", "messenger page")


def plan_of(message: Message) -> Plan:
    """The form for this message: a button template while it fits, else quick replies and written links."""
    split = choices(message.buttons)
    keys = [*split.replies, *split.links]
    under_codes = with_lines(message.text, split.codes)
    fits = len(keys) <= TEMPLATE_BUTTONS and len(under_codes) <= TEMPLATE_TEXT
    if keys and fits and under_codes:
        return Plan(form="template", text=under_codes)
    text = with_lines(message.text, (button for button in message.buttons if button.url or button.copy))
    return Plan(form="quick_replies" if split.replies else "plain", text=text)


def _rule_problems(message: Message) -> Iterator[str]:
    if message.category == "marketing" and message.template:
        yield "error: Messenger allows no marketing in templates: they are for orders, payments and appointments."
    # https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags
    if mapping(message.extra.get("messenger")).get("tag"):
        yield "error: Messenger allows a message tag only on a person's own answer, which gets it by itself."


def _form_problems(plan: Plan, message: Message) -> Iterator[str]:
    split = choices(message.buttons)
    if split.replies and not plan.text and not message.files():
        yield "error: Messenger shows no buttons without a text."
    if plan.text and (files := message.files()):
        yield f"Messenger sends the {files[-1].kind} and the text as two messages."
    if plan.form == "quick_replies" and len(split.replies) <= 13:
        yield "Messenger shows these buttons as quick replies that disappear after an answer."
    for button in (*split.replies, *(split.links if plan.form == "template" else ())):
        if len(button.title) > TITLE:
            yield f"Messenger cuts «{button.title}» to {TITLE} characters."
    for button in split.links if plan.form != "template" else ():
        yield f"Messenger has no room for a link button here: the link of «{button.title}» is written under the text."
    for button in split.codes:
        yield f"Messenger has no button that copies: the code of «{button.title}» is written under the text."


channel = Messenger()
