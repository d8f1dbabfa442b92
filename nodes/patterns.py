"""Patterns that marketers write, in linear time and for every alphabet (google-re2)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN = 200
#: What a pattern looks at is cut here: no messenger lets a person write more.
LONGEST_TEXT = 4096

# In RE2 \w, \b and \s know ASCII only: https://github.com/google/re2/wiki/Syntax
_WIDER = {"w": (r"[\p{L}\p{N}_]", r"\p{L}\p{N}_"), "s": (r"[\s\p{Z}]", r"\s\p{Z}")}
_WIDER_NOT = {"W": r"[^\p{L}\p{N}_]", "S": r"[^\s\p{Z}]"}
_SPACES = re.compile(r"[^\S\n]")
# A bracket that opens or closes a class is a token; one that only stands for itself is part of another.
_OUTSIDE = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|\[\^?\]?|.", re.DOTALL)
_INSIDE = re.compile(r"\[:\^?[a-z]+:\]|\\.|.", re.DOTALL)


class BadPattern(ValueError):
    """This pattern cannot be used."""


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Any:
    """A pattern ready for `found`; case does not matter. Raises BadPattern in plain words."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"A pattern has at most {LONGEST_PATTERN} characters.")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(_for_every_alphabet(unicodedata.normalize("NFC", pattern)), options)
    except UnicodeEncodeError as error:
        raise BadPattern("The pattern holds a broken character.") from error
    except re2.error as error:
        raise BadPattern(_explain(error)) from error


def found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text; `^` and `$` tie it to the ends."""
    # NFC, not NFKC: a pattern that names № or ½ means that very sign.
    plain = _SPACES.sub(" ", unicodedata.normalize("NFC", text[:LONGEST_TEXT])).strip()
    # Half of a surrogate pair cannot be written as UTF-8, which re2 reads.
    return compile_pattern(pattern).search(plain.encode("utf-8", "ignore").decode()) is not None


def _for_every_alphabet(pattern: str) -> str:
    said: list[str] = []
    inside, place = False, 0
    while read := (_INSIDE if inside else _OUTSIDE).match(pattern, place):
        token, place = read[0], read.end()
        said.append(_wider(token, inside))
        inside = token != "]" if inside else token.startswith("[")
    return "".join(said)


def _wider(token: str, inside: bool) -> str:
    letter = token[1:]
    if not token.startswith("\\") or len(token) != 2:
        return token
    if letter in "bB" and not inside:
        raise BadPattern("\\b knows Latin letters only; use a key word to find a whole word.")
    if letter in _WIDER_NOT:
        if inside:
            raise BadPattern(f"\\{letter} cannot stand inside [...]; write [^...] with the signs that you don't want.")
        return _WIDER_NOT[letter]
    return _WIDER[letter][inside] if letter in _WIDER else token


def _explain(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    if "perl operator" in text or "escape sequence" in text:
        return f"The pattern uses what is not supported (look-around and back-references are not): {text}."
    if "repetition size" in text or "too large" in text:
        return f"The pattern repeats too much: {text}."
    return f"The pattern cannot be read: {text}."
