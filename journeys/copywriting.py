"""The field's common mistakes in the words of a marketing message: too long, no call to action, shouting, odd links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from journeys.samples import filled
from nodes.base import Says
from nodes.folding import OPT_OUT_WORDS, fold

#: Longer messages are not read to the end in a messenger.
LONG = 700
MANY_EMOJI = 5
_LINK = re.compile(r"https?://[^\s<>\"'«»()]+")
_PHONE = re.compile(r"\+?\d[\d\s()-]{8,}\d|\b8 800\b")
#: Marks of an advertisement that Russian law asks for (38-FZ, 347-FZ): the word on its own, and the register's token.
_WORD = re.compile(r"(?:^|[\n.!?])\s*[(\[«]?реклама\b\s*[.:)\]»]", re.IGNORECASE)
MARKED = re.compile(r"реклама.*\berid\b\W*\w{6,}", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(r"\berid\b\W*\w{6,}", re.IGNORECASE)
#: Addresses behind which nobody sees where they go: messengers take them for spam.
SHORTENERS = frozenset(
    {"bit.ly", "clck.ru", "goo.gl", "is.gd", "ow.ly", "t.co", "tiny.cc", "tinyurl.com", "u.to", "vk.cc", "cutt.ly"}
)


def stops(says: Says) -> bool:
    """Whether the message says how not to get such messages any more."""
    words = set(fold(filled(says.text)).split())
    named = bool(words & OPT_OUT_WORDS)
    linked = any("unsubscribe" in (button.url or "") for button in says.buttons) or "unsubscribe" in says.text
    return named or linked or any("template" in each for each in (says.per_channel or {}).values())


def calls(says: Says) -> bool:
    """Whether the message asks its reader to do something."""
    text = filled(says.text)
    asks = "?" in text or says.buttons or _PHONE.search(text) or _LINK.search(text)
    return bool(asks or any("template" in each for each in (says.per_channel or {}).values()))


def mistakes(says: Says) -> Iterator[tuple[str, str, str]]:
    """(settings path, what is wrong, what to do) in the words of one marketing message."""
    text = filled(says.text)
    links = _links(says, text)
    if len(text) > LONG:
        yield "text", f"The text has {len(text)} characters; few read past {LONG}.", "Say one thing, in fewer words."
    if len(set(links)) > 1:
        yield "text", f"The message leads to {len(set(links))} addresses.", "Keep the one that matters most."
    yield from _shouting(text)
    for link in dict.fromkeys(links):
        yield from _odd(link)
    token = any(map(_TOKEN.search, [text, *links]))
    if not MARKED.search(text) and bool(_WORD.search(text)) != token:
        yield (
            "text",
            "The mark of an advertisement is not whole.",
            "Write «Реклама», the advertiser and «erid: …» under the text.",
        )


def uncounted(says: Says) -> tuple[list[str], list[str]]:
    """The links of a message whose visits a site can count by their utm marks, and those that it cannot."""
    found: tuple[list[str], list[str]] = ([], [])
    for link in dict.fromkeys(each for each in _links(says, says.text) if "{{" not in each):
        marked = any(name.startswith("utm_") for name in parse_qs(urlsplit(link).query))
        found[0 if marked else 1].append(link)
    return found


def _links(says: Says, text: str) -> list[str]:
    return [*(button.url for button in says.buttons if button.url), *_LINK.findall(text)]


def _shouting(text: str) -> Iterator[tuple[str, str, str]]:
    words = re.findall(r"[^\W\d_]{4,}", text)
    loud = [word for word in words if word.isupper()]
    if len(loud) >= 3 or (len(loud) >= 2 and len(loud) * 2 >= len(words)):
        yield "text", "The message shouts in capital letters.", "Write it in small letters."
    if "!!" in text:
        yield "text", "The message has several exclamation marks in a row.", "Keep one at most."
    emoji = sum(unicodedata.category(sign) == "So" for sign in text)
    if emoji > MANY_EMOJI:
        yield "text", f"The message has {emoji} emoji.", f"Keep at most {MANY_EMOJI}."


def _odd(link: str) -> Iterator[tuple[str, str, str]]:
    if link.startswith("http://"):
        yield "text", f"The link {link} is not protected.", "Begin it with https://."
    host = (urlsplit(link).hostname or "").removeprefix("www.")
    if host in SHORTENERS:
        yield "text", f"The link {link} hides where it leads.", "Use the address itself."
