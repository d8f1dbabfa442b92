"""Message templates: their review, WhatsApp's as Messenger's, and a message made of one of WhatsApp's."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

from sandbox.facts import Account, Button, Draft, Refusal
from sandbox.graph import error, no_object, whole_text
from sandbox.whatsapp_checks import MAX_EDGE, MEDIA, file, missing, only, value_error

if TYPE_CHECKING:
    from sandbox.state import World

#: Virtual seconds until a template passes review.
REVIEW = 60.0
MAX_BODY = 1024
MAX_BUTTONS = 10
MAX_LABEL = 25
CATEGORIES = {"whatsapp": ("MARKETING", "UTILITY", "AUTHENTICATION"), "messenger": ("UTILITY",)}
#: Which setting names the owner of the templates, and the object of its webhooks.
OWNER = {"whatsapp": ("waba_id", "whatsapp_business_account"), "messenger": ("page_id", "page")}
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
PARTS = frozenset({"type", "parameters", "sub_type", "index", "cards"})


def business(account: Account) -> str:
    """Templates belong to the business account, whose numbers share them, or to the page."""
    return account.settings.get(OWNER[account.channel][0]) or account.name


def create(world: World, account: Account, identity: str, args: dict[str, Any]) -> dict[str, Any]:
    """Submit a template; it passes review a virtual minute later."""
    guard(account, identity)
    name = whole_text(args.get("name"), "name", 512)
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise error(100, "Invalid parameter", subcode=2388023, details="name takes a-z, 0-9 and _")
    language = whole_text(args.get("language"), "language", 20)
    categories = CATEGORIES[account.channel]
    if args.get("category") not in categories:
        raise error(100, f"Param category must be one of {{{', '.join(categories)}}}")
    key = (business(account), name, language)
    if key in world.templates:
        raise error(100, "Invalid parameter", subcode=2388024, details="There is already content in this language")
    components = checked(args.get("components"))
    own = str(1_000_000_000_000 + zlib.crc32("\n".join(key).encode()))
    template = {"id": own, "name": name, "language": language, "status": "PENDING", "category": args["category"]}
    world.keep_template(key, {**template, "components": components})
    told = {
        "event": "APPROVED",
        "message_template_id": int(own),
        "message_template_name": name,
        "message_template_language": language,
        "reason": "NONE",
        "message_template_category": args["category"],
    }
    change = {"value": told, "field": "message_template_status_update"}
    entry = {"id": key[0], "time": int(world.now() + REVIEW), "changes": [change]}
    webhook = {"object": OWNER[account.channel][1], "entry": [entry]}
    world.later("approve", world.now() + REVIEW, (*account.key, ""), {"key": list(key), "webhook": webhook})
    return {"id": own, "status": "PENDING", "category": args["category"]}


def guard(account: Account, identity: str) -> None:
    """Templates are asked of the business account or the page, where it is known."""
    known = account.settings.get(OWNER[account.channel][0])
    if known and identity not in {known, "me" if account.channel == "messenger" else known}:
        raise no_object(identity, "post")


def checked(components: Any) -> list[dict[str, Any]]:
    """The parts of a template: a body, perhaps a header, a footer, buttons."""
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise missing("components")
    kinds = [str(part.get("type", "")).upper() for part in components]
    if "BODY" not in kinds:
        raise missing("components[BODY]")
    for kind, part in zip(kinds, components, strict=True):
        if kind == "BODY":
            text = whole_text(part.get("text"), "body", MAX_BODY)
            if re.match(r"\s*\{\{", text) or re.search(r"\}\}\s*$", text):
                raise error(100, "Invalid parameter", subcode=2388299, details="Variables can't be at the start or end")
        elif kind == "FOOTER" or (kind == "HEADER" and part.get("format", "TEXT") == "TEXT"):
            whole_text(part.get("text"), kind.lower(), MAX_EDGE)
        elif kind == "BUTTONS":
            cells = part.get("buttons")
            if not isinstance(cells, list) or len(cells) > MAX_BUTTONS:
                raise error(100, "Invalid parameter", details=f"at most {MAX_BUTTONS} buttons")
            for cell in cells:
                whole_text(cell.get("text"), "button text", MAX_LABEL, needed=cell.get("type") != "COPY_CODE")
    return components


def listed(world: World, account: Account, identity: str, args: dict[str, Any]) -> dict[str, Any]:
    """The templates of the business, filtered by name and status."""
    guard(account, identity)
    own = [template for key, template in world.templates.items() if key[0] == business(account)]
    for field in ("name", "status", "language", "category"):
        if args.get(field):
            own = [template for template in own if template[field] == args[field]]
    return {"data": own, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}}


def filled(world: World, account: Account, args: dict[str, Any]) -> Draft:
    """A message from an approved template with its parameters."""
    given = only(args.get("template"), frozenset({"name", "language", "components", "namespace"}), "template")
    key = named(account, args)
    name, language = key[1:]
    template = world.templates.get(key)
    if template is None or template["status"] in {"PENDING", "REJECTED"}:
        details = f"template name ({name}) does not exist in {language}"
        raise error(132001, "Template name does not exist in the translation", details=details)
    if template["status"] in {"PAUSED", "DISABLED"}:
        code = 132015 if template["status"] == "PAUSED" else 132016
        raise error(code, f"Template is {template['status'].lower()}", details=name)
    sent = [only(part, PARTS, "component") for part in given.get("components") or []]
    words: list[str] = []
    media: dict[str, str] | None = None
    buttons: tuple[Button, ...] = ()
    for part in template["components"]:
        kind = str(part["type"]).upper()
        if kind == "BUTTONS":
            buttons = tuple(pressable(cell, index, sent) for index, cell in enumerate(part["buttons"]))
        elif kind == "HEADER" and part.get("format", "TEXT") != "TEXT":
            media = headed(str(part["format"]).lower(), sent)
        else:
            words.append(worded(part["text"], kind.lower(), sent))
    ref = str(args.get("biz_opaque_callback_data") or "")
    text, marketing = "\n".join(words), template["category"] == "MARKETING"
    return Draft(text=text, buttons=buttons, media=media, ref=ref, marketing=marketing)


def named(account: Account, args: dict[str, Any]) -> tuple[str, str, str]:
    """Which template a request names: (business, name, language)."""
    given = args["template"]
    name = whole_text(given.get("name"), "template['name']", 512)
    language = only(given.get("language"), frozenset({"code", "policy"}), "template['language']").get("code")
    return business(account), name, str(language)


def parameters(sent: list[dict[str, Any]], kind: str, index: int | None = None) -> list[dict[str, Any]]:
    """The parameters sent for one part; for a button, of its position."""
    for part in sent:
        if str(part.get("type", "")).lower() == kind and (index is None or str(part.get("index")) == str(index)):
            return [one for one in part.get("parameters") or [] if isinstance(one, dict)]
    return []


def worded(text: str, kind: str, sent: list[dict[str, Any]]) -> str:
    """A text with its variables filled; their number must fit."""
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    given = parameters(sent, kind)
    if len(given) != len(names):
        details = f"{kind}: number of localizable_params ({len(given)}) does not match the expected ({len(names)})"
        raise error(132000, "Number of parameters does not match the expected number of params", details=details)
    named = {str(one["parameter_name"]): one for one in given if one.get("parameter_name")}
    values = {}
    for position, name in enumerate(names):
        one = named.get(name, given[position])
        if not isinstance(one.get("text"), str) or not one["text"]:
            raise parameter_error(f"{kind}: parameter {name} must be a text")
        values[name] = one["text"]
    return VARIABLE.sub(lambda found: values[found[1]], text)


def parameter_error(details: str) -> Refusal:
    return error(132012, "Parameter format does not match format in the created template", details=details)


def headed(kind: str, sent: list[dict[str, Any]]) -> dict[str, str]:
    """The file in the header."""
    given = parameters(sent, "header")
    if len(given) != 1 or given[0].get("type") != kind or kind not in MEDIA:
        raise parameter_error(f"header: expected {kind.upper()}")
    return file(only(given[0].get(kind), MEDIA[kind], kind), kind)


def pressable(cell: dict[str, Any], index: int, sent: list[dict[str, Any]]) -> Button:
    """A template's button with what was sent for it."""
    given = (parameters(sent, "button", index) or [{}])[0]
    title, kind = str(cell.get("text") or ""), str(cell.get("type", "")).upper()
    if kind == "QUICK_REPLY":
        return Button(title=title, payload=str(given.get("payload") or title), form="template")
    if kind == "URL":
        url = str(cell.get("url") or "")
        if VARIABLE.search(url) and not given.get("text"):
            raise error(132000, "Number of parameters does not match", details=f"button {index} needs a URL suffix")
        return Button(title=title, form="url", url=VARIABLE.sub(str(given.get("text") or ""), url))
    if kind == "COPY_CODE":
        code = given.get("coupon_code")
        if not code:
            raise value_error(f"button {index} needs coupon_code")
        return Button(title=title or "Copy code", form="copy")
    return Button(title=title, form="other")
