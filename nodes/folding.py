"""Text as people mean it: case, ё, punctuation, emoji and spaces set aside (`semantics.md` 13, 15)."""

from __future__ import annotations

import unicodedata

#: Said alone, these stop marketing (`semantics.md` 13); not `cancel`, which order bots need.
OPT_OUT_WORDS = frozenset({"стоп", "stop", "отписаться", "отписка", "отпишись", "unsubscribe"})
#: Said alone, these take it back.
OPT_IN_WORDS = frozenset({"старт", "start", "подписаться"})

#: A message that is longer than this is not a command.
_LONGEST_COMMAND = 100
#: Written with or without, it is the same word: don't, don’t, dont.
_APOSTROPHES = frozenset("'’ʼ`´")


def fold(text: str) -> str:
    """The words of a text and nothing else: casefolded, NFKC, ё as е, one space between words; it may be empty."""
    folded = _fold_once(text)
    # Dropping a sign can bring letters together that Unicode then joins into one: go on until nothing changes.
    while folded != text:
        text, folded = folded, _fold_once(folded)
    return folded


def spelled(text: str) -> str:
    """A text with its signs kept (`5+`, 👍), but without a difference of case, ё, width or spaces."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if not _invisible(sign))
    return " ".join(plain.casefold().replace("ё", "е").split())


def is_opt_out(text: str) -> bool:
    """Whether the whole message is a word that stops marketing."""
    return len(text) <= _LONGEST_COMMAND and fold(text) in OPT_OUT_WORDS


def is_opt_in(text: str) -> bool:
    """Whether the whole message is a word that takes an opt-out back."""
    return len(text) <= _LONGEST_COMMAND and fold(text) in OPT_IN_WORDS


def _fold_once(text: str) -> str:
    same = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(_as_word(sign) for sign in unicodedata.normalize("NFKC", same))
    return " ".join(kept.replace("ё", "е").split())


def _as_word(sign: str) -> str:
    if sign.isascii():
        return sign if sign.isalnum() else "" if sign in _APOSTROPHES else " "
    if _invisible(sign) or sign in _APOSTROPHES:
        return ""
    return sign if unicodedata.category(sign)[0] in "LNM" else " "


def _invisible(sign: str) -> bool:
    """Joiners, soft hyphens, the selectors that turn a sign into an emoji and the box around a keycap."""
    return unicodedata.category(sign) in ("Cf", "Me") or "\ufe00" <= sign <= "\ufe0f"
