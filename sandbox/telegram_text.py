"""How Telegram reads formatted text: what remains for the reader, and what it cannot parse."""

from __future__ import annotations

import html
import re

#: https://core.telegram.org/bots/api#html-style
TAGS = frozenset({"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "span"})
TAGS |= {"tg-spoiler", "tg-emoji", "tg-time", "blockquote"}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>|<")
ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
#: https://core.telegram.org/bots/api#markdownv2-style
RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


class Unparsable(Exception):
    """Can't parse entities."""


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def plain(text: str, mode: str) -> str:
    """The text without its formatting. Raises Unparsable with Telegram's words."""
    if mode == "":
        return text
    if mode.lower() == "html":
        return plain_html(text)
    if mode.lower() == "markdownv2":
        return plain_markdown(text)
    if mode.lower() == "markdown":
        return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"\\([_*`\[])", r"\1", re.sub(r"(?<!\\)[_*`]", "", text)))
    raise Unparsable("unsupported parse_mode")


def plain_html(text: str) -> str:
    """HTML of Telegram's kind: few tags, all closed, in order."""
    open_tags: list[str] = []
    pieces: list[str] = []
    last = 0
    for found in TAG.finditer(text):
        offset = len(text[: found.start()].encode())
        name = (found[2] or "").lower()
        if not name:
            raise Unparsable(f'can\'t parse entities: Unsupported start tag "" at byte offset {offset}')
        if name not in TAGS:
            raise Unparsable(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {offset}')
        if not found[1]:
            open_tags.append(name)
        elif not open_tags or open_tags.pop() != name:
            raise Unparsable(f"can't parse entities: Unexpected end tag at byte offset {offset}")
        pieces.append(unescaped(text[last : found.start()]))
        last = found.end()
    if open_tags:
        raise Unparsable(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1]}\"")
    return "".join(pieces) + unescaped(text[last:])


def unescaped(text: str) -> str:
    """Only the entities that Telegram knows are resolved."""
    return ENTITY.sub(lambda found: html.unescape(found[0]), text)


def plain_markdown(text: str) -> str:
    """MarkdownV2: marks go away, escaped characters stay, a bare reserved one is an error."""
    text = re.sub(r"!?\[((?:\\.|[^\]\\])*)\]\((?:\\.|[^)\\])*\)", r"\1", text)
    pieces, marks, index = [], {"*": 0, "_": 0, "~": 0, "`": 0, "|": 0}, 0
    while index < len(text):
        sign = text[index]
        if sign == "\\" and index + 1 < len(text):
            index += 1
            pieces.append(text[index])
        elif sign in marks:
            marks[sign] += 1
        elif sign in RESERVED and not (sign == ">" and (index == 0 or text[index - 1] == "\n")):
            why = f"Character '{sign}' is reserved and must be escaped with the preceding '\\'"
            raise Unparsable(f"can't parse entities: {why}")
        else:
            pieces.append(sign)
        index += 1
    if any(count % 2 for count in marks.values()):
        raise Unparsable(f"can't parse entities: Can't find end of the entity starting at byte offset {len(text) - 1}")
    return "".join(pieces)
