"""Reply: wait for what the person answers and branch on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field, model_validator

from nodes.base import Node, Patience, Tell
from nodes.matching import Branch, Option, Said, choose
from nodes.times import LONGEST, words, zone
from nodes.visit import Decision, Leave, Record, Reply, Stay, Visit


class ReplyNode(Node, kind="reply", icon="↩️"):
    """Waits for the answer to the message before it.

    An answer is matched in order: the pressed button, the button's exact title, its number, key words, the pattern, the
    typed value. What fits no branch leaves by `something_else`; silence longer than the patience by `no_answer`.
    The patience begins when the messenger has taken the question.
    """

    hears_replies: ClassVar[bool] = True
    begins: ClassVar[Mapping[str, Any]] = {"branches": [{"exit": "yes", "keywords": ["yes"]}], "patience": "P1D"}
    front: ClassVar[tuple[str, ...]] = ("branches", "patience")

    branches: tuple[Branch, ...] = Field((), title="Branches", max_length=20)
    patience: Patience = Field(title="Wait for an answer", json_schema_extra={"widget": "patience"})
    debounce: timedelta | None = Field(
        None,
        title="Join quick messages within",
        gt=timedelta(0),
        le=timedelta(minutes=5),
        description="Several messages in a row are read as one.",
    )
    save_as: str | None = Field(
        None, title="Remember the answer as", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}$", description="{{ answers.name }}"
    )

    @model_validator(mode="after")
    def _sensible(self) -> ReplyNode:
        names = [branch.exit for branch in self.branches]
        if len(set(names)) < len(names) or {"something_else", "no_answer"} & set(names):
            raise ValueError("each branch needs an exit of its own other than something_else and no_answer")
        return self

    def exits(self) -> tuple[str, ...]:
        return (*(branch.exit for branch in self.branches), "something_else", "no_answer")

    def sentence(self) -> str:
        patience = "as long as it takes" if self.patience == "forever" else words(self.patience)
        return f"Wait for an answer: {patience}"

    def gives(self, exit: str) -> Iterable[str]:
        return (f"answers.{self.save_as}",) if self.save_as and exit != "no_answer" else ()

    def lasts(self, exit: str) -> tuple[timedelta, timedelta]:
        most = LONGEST if isinstance(self.patience, str) else self.patience
        return (most if exit == "no_answer" else timedelta(0)), most

    def heard(self, exit: str) -> bool:
        return exit != "no_answer"

    def breaks_cycle(self) -> bool:
        return True

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        heard = visit.heard
        if not isinstance(decision, Leave):
            return "Waits for an answer."
        if not isinstance(heard, Reply):
            return "Nobody answered in time." if decision.exit == "no_answer" else "No more words came."
        options = [Option(id=each[0], title=each[1]) for each in heard.options]
        said = Said(text=heard.text, button=heard.button, media=heard.media)
        match = choose(self.branches, said, options, heard.at.astimezone(zone(visit.zone)).date())
        return f"Matched: {match.why}." if match else "Fits no branch."

    def decide(self, visit: Visit) -> Leave | Stay:
        deadline = None if isinstance(self.patience, str) else visit.arrived_at + self.patience
        joined = visit.memory.get("until")
        if isinstance(visit.heard, Reply) and (deadline is None or visit.heard.at <= deadline):
            return self._hear(visit.heard, visit, joined)
        if joined and visit.now >= datetime.fromisoformat(joined):
            return self._leave(visit.memory, visit.zone)
        if deadline is not None and visit.now >= deadline and visit.horizon > deadline and not joined:
            return Leave("no_answer")
        return Stay(datetime.fromisoformat(joined) if joined else deadline, "reply")

    def _hear(self, reply: Reply, visit: Visit, joined: str | None) -> Leave | Stay:
        heard = {
            "text": "\n".join(filter(None, (visit.memory.get("text", ""), reply.text))),
            "button": reply.button or visit.memory.get("button"),
            "media": reply.media or visit.memory.get("media"),
            "options": [list(option) for option in reply.options],
            "at": reply.at.isoformat(),
        }
        if self.debounce is None or reply.button:
            return self._leave(heard, visit.zone)
        until = joined or (reply.at + self.debounce).isoformat()
        if visit.now >= datetime.fromisoformat(until):
            return self._leave(heard, visit.zone)
        return Stay(datetime.fromisoformat(until), "reply", memory={**heard, "until": until})

    def _leave(self, heard: Mapping[str, Any], zone_name: str) -> Leave:
        options = [Option(id=each[0], title=each[1]) for each in heard["options"]]
        said = Said(text=heard["text"], button=heard["button"], media=heard["media"])
        today = datetime.fromisoformat(heard["at"]).astimezone(zone(zone_name)).date()
        match = choose(self.branches, said, options, today)
        titles = {option.id: option.title for option in options}
        value = heard["text"] or titles.get(heard["button"] or "", heard["button"])
        effects = (Record(question=self.save_as, value=value),) if self.save_as else ()
        return Leave(match.exit if match else "something_else", effects)
