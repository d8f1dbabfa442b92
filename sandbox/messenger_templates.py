"""A utility message made of a page's approved template.

https://developers.facebook.com/docs/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.facts import Account, Button, Draft
from sandbox.messenger_checks import FILES, MAX_METADATA, MAX_PAYLOAD, file, invalid, limited
from sandbox.whatsapp_templates import VARIABLE, business

if TYPE_CHECKING:
    from sandbox.state import World

PARTS = frozenset({"HEADER", "BODY", "TITLE", "BUTTONS"})
Given = dict[str, list[dict[str, Any]]]


def filled(world: World, account: Account, args: dict[str, Any]) -> Draft:
    """The message; only an approved template of this page, sent as UTILITY and with every parameter, is taken."""
    message: dict[str, Any] = args["message"]
    if args.get("messaging_type") != "UTILITY":
        raise invalid("Param messaging_type must be UTILITY for a message template.")
    if unknown := sorted(set(message) - {"template", "metadata"}):
        raise invalid(f'Invalid keys "{unknown[0]}" were found in param "message".')
    asked = message["template"] if isinstance(message["template"], dict) else {}
    name = limited(asked.get("name"), "template[name]", 512)
    language = asked.get("language")
    code = limited(language.get("code") if isinstance(language, dict) else None, "template[language][code]", 20)
    template = world.templates.get((business(account), name, code))
    if template is None or template["status"] != "APPROVED":
        raise invalid(f"Message template {name} was not found in {code} among the approved templates of the page.")
    given, words = parameters(asked.get("components")), []
    media: dict[str, str] | None = None
    buttons: tuple[Button, ...] = ()
    for part in template["components"]:
        kind = str(part["type"]).upper()
        if kind == "BUTTONS":
            buttons = pressable(part["buttons"], given.pop(kind, []))
        elif kind == "HEADER" and part.get("format", "TEXT") != "TEXT":
            media = headed(str(part["format"]).lower(), given.pop(kind, []))
        else:
            words.append(worded(str(part["text"]), kind, given.pop(kind, [])))
    if given:
        raise invalid(f"Template {name} takes no parameters of {', '.join(sorted(given))}.")
    ref = limited(message.get("metadata"), "message[metadata]", MAX_METADATA, needed=False)
    return Draft(text="\n".join(words), buttons=buttons, media=media, ref=ref)


def parameters(components: Any) -> Given:
    """What is given for each part."""
    given: Given = {}
    for part in components if isinstance(components, list) else []:
        kind = str(part.get("type", "")).upper() if isinstance(part, dict) else ""
        values = part.get("parameters") if kind in PARTS else None
        if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
            raise invalid(
                "Param template[components] must hold a type of {BODY, BUTTONS, HEADER, TITLE} and parameters."
            )
        given[kind] = values
    return given


def worded(text: str, kind: str, given: list[dict[str, Any]]) -> str:
    """A text with its variables filled, in their order; their number must fit."""
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    if len(given) != len(names):
        raise invalid(f"Template {kind} takes {len(names)} parameters, {len(given)} were given.")
    values = [limited(one.get("text"), f"{kind}[parameters][text]", 1024) for one in given]
    known = dict(zip(names, values, strict=True))
    return VARIABLE.sub(lambda found: known[found[1]], text)


def headed(kind: str, given: list[dict[str, Any]]) -> dict[str, str]:
    """The file in the header."""
    if len(given) != 1 or given[0].get("type") != kind or kind not in FILES:
        raise invalid(f"Template HEADER takes one parameter of type {kind}.")
    return {"kind": FILES[kind], "url": file(given[0])}


def pressable(cells: list[dict[str, Any]], given: list[dict[str, Any]]) -> tuple[Button, ...]:
    """The buttons: each takes the next parameter of its kind, a link only when it has a variable."""
    rest = {kind: [one for one in given if one.get("type") == kind] for kind in ("payload", "url")}
    buttons = []
    for cell in cells:
        title, url = str(cell.get("text") or ""), str(cell.get("url") or "")
        if url:
            if VARIABLE.search(url):
                suffix = limited((rest["url"] or [{}]).pop(0).get("url"), "BUTTONS[parameters][url]", 2_000)
                url = VARIABLE.sub(lambda _, suffix=suffix: suffix, url)  # type: ignore[misc]
            buttons.append(Button(title=title, form="url", url=url))
            continue
        told = rest["payload"].pop(0).get("payload") if rest["payload"] else cell.get("payload") or title
        payload = limited(told, "BUTTONS[parameters][payload]", MAX_PAYLOAD)
        buttons.append(Button(title=title, payload=payload, form="postback"))
    if any(rest.values()):
        raise invalid("Template BUTTONS takes fewer parameters than were given.")
    return tuple(buttons)
