"""Which branch a reply takes: button, label, number, key words, pattern, typed value (`semantics.md` 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from nodes.folding import OPT_IN_WORDS, OPT_OUT_WORDS, fold, is_opt_in, is_opt_out, spelled
from nodes.patterns import LONGEST_PATTERN, compile_pattern, found
from nodes.values import Option, Value, ValueKind, find_numbered, find_option, read_value

__all__ = [
    "OPT_IN_WORDS",
    "OPT_OUT_WORDS",
    "Branch",
    "Match",
    "Option",
    "Said",
    "Value",
    "ValueKind",
    "choose",
    "fold",
    "is_opt_in",
    "is_opt_out",
    "read_value",
]


class Branch(BaseModel):
    """A way out of a question and the answers that take it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exit: str = Field(
        title="Exit", pattern=r"^[a-z0-9_]{1,40}$", description="Name of the way out: a-z, 0-9 and underscores."
    )
    buttons: tuple[str, ...] = Field(
        default=(), title="Buttons", max_length=20, description="Ids of the buttons that lead here, pressed or written."
    )
    keywords: tuple[str, ...] = Field(
        default=(),
        title="Key words",
        max_length=50,
        description="Found as whole words; case, ё and punctuation don't matter.",
    )
    pattern: str | None = Field(
        default=None,
        title="Pattern",
        min_length=1,
        max_length=LONGEST_PATTERN,
        description="A regular expression (RE2).",
    )
    type: Literal["number", "date", "phone", "email", "text", "media"] | None = Field(
        default=None, title="Type", description="Takes any answer that is such a value."
    )
    min: float | None = Field(default=None, title="At least", description="The least number, or the shortest text.")
    max: float | None = Field(default=None, title="At most", description="The greatest number, or the longest text.")

    @field_validator("keywords", "buttons")
    @classmethod
    def _no_opt_out(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not word.strip() or len(word) > 100:
                raise ValueError("a word has from 1 to 100 characters")
            if is_opt_out(word):
                raise ValueError(f"«{word}» unsubscribes a person and is never an answer; choose another word")
        return words

    @field_validator("pattern")
    @classmethod
    def _readable(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            compile_pattern(pattern)
        return pattern

    @model_validator(mode="after")
    def _bounds_make_sense(self) -> Branch:
        if (self.min is not None or self.max is not None) and self.type not in ("number", "text"):
            raise ValueError("at least and at most go with the types number and text")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("at least is more than at most")
        return self


@dataclass(frozen=True, slots=True)
class Said:
    """What a person answered: words, the id of a pressed button, the kind of media."""

    text: str = ""
    button: str | None = None
    media: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The branch's exit, why in a few words for the timeline, and the value if a typed one was read."""

    exit: str
    why: str
    value: Value | None = None


def choose(
    branches: Sequence[Branch], said: Said, options: Sequence[Option], today: date | None = None
) -> Match | None:
    """The branch that an answer takes, or None for `something_else`.

    `options` are the buttons as shown, in order. Of several key words the longest wins («не хочу» before «хочу»), the
    whole message before a part of it; of several patterns or types the first branch, plain text last.
    """
    pressed = next((option for option in options if option.id == said.button), None) if said.button else None
    if said.button and (branch := _listing(branches, said.button)):
        return Match(branch.exit, f"pressed «{pressed.title if pressed else said.button}»")
    if said.media and not said.button:
        taking = next((branch for branch in branches if branch.type == "media"), None)
        return Match(taking.exit, f"sent {said.media}") if taking else None
    text = said.text.strip() or (pressed.title if pressed else "")
    if not text:
        return None
    return (
        _by_option(branches, text, options)
        or _by_keyword(branches, text)
        or _by_pattern(branches, text)
        or _by_value(branches, text, today)
    )


def _listing(branches: Sequence[Branch], button: str) -> Branch | None:
    return next((branch for branch in branches if button in branch.buttons), None)


def _by_option(branches: Sequence[Branch], text: str, options: Sequence[Option]) -> Match | None:
    labelled = find_option(text, options)
    if labelled and (branch := _listing(branches, labelled.id)):
        return Match(branch.exit, f"wrote the label «{labelled.title}»")
    numbered = None if labelled else find_numbered(text, options)
    if numbered and (branch := _listing(branches, numbered.id)):
        return Match(branch.exit, f"wrote the number of «{numbered.title}»")
    return None


def _by_keyword(branches: Sequence[Branch], text: str) -> Match | None:
    words, signs = f" {fold(text)} ", f" {spelled(text)} "
    best: tuple[int, Match] | None = None
    for branch in branches:
        for keyword in branch.keywords:
            # A key word of signs alone, like 👍 or +, has no words to look for: its signs are looked for.
            wanted, within = (f" {fold(keyword)} ", words) if fold(keyword) else (f" {spelled(keyword)} ", signs)
            if wanted in within and (best is None or len(wanted) > best[0]):
                best = (len(wanted), Match(branch.exit, f"keyword «{keyword}»"))
    return best[1] if best else None


def _by_pattern(branches: Sequence[Branch], text: str) -> Match | None:
    for branch in branches:
        if branch.pattern is not None and found(branch.pattern, text):
            return Match(branch.exit, f"pattern «{branch.pattern}»")
    return None


def _by_value(branches: Sequence[Branch], text: str, today: date | None) -> Match | None:
    for branch in sorted(branches, key=lambda each: each.type == "text"):
        if branch.type is None or branch.type == "media":
            continue
        value = read_value(branch.type, text, branch.min, branch.max, today=today)
        if value is not None:
            why = "any text" if branch.type == "text" else f"{branch.type} {value}"
            return Match(branch.exit, why, value)
    return None
