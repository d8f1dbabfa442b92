"""Survey: ask several questions and keep the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from channels.message import Button
from nodes.base import NodeFailed, Patience, Says, Tell
from nodes.matching import fold, read_value
from nodes.send import FAULTS, LOOK_AGAIN, Speaking
from nodes.times import LONGEST, words, zone
from nodes.visit import Answered, Decision, Effect, End, Leave, Record, Reply, Say, Set, Stay, Visit

QuestionType = Literal["choice", "multiple", "scale", "nps", "rating", "number", "text", "phone", "email", "date"]
SKIPS = frozenset(fold(word) for word in ("skip", "пропустить", "дальше", "next"))
RANGES = {"nps": (0, 10), "rating": (1, 5), "scale": (1, 10)}


class Question(BaseModel):
    """One question, its type and what to do with an answer that does not fit."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(title="Id", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,23}$")
    text: str = Field(title="Question", min_length=1, max_length=1000, json_schema_extra={"widget": "textarea"})
    type: QuestionType = Field("text", title="Answer")
    options: tuple[str, ...] = Field((), title="Options", max_length=10)
    min: float | None = Field(None, title="At least")
    max: float | None = Field(None, title="At most")
    retry_text: str | None = Field(None, title="If the answer does not fit", max_length=1000)
    tries: int = Field(3, title="Tries", ge=1, le=10)
    optional: bool = Field(False, title="May be skipped")
    save_to: str | None = Field(None, title="Save to attribute", max_length=60)

    @model_validator(mode="after")
    def _has_options(self) -> Question:
        if self.type in ("choice", "multiple") and len(self.options) < 2:
            raise ValueError("a choice needs at least two options")
        return self

    def range(self) -> tuple[float | None, float | None]:
        low, high = RANGES.get(self.type, (None, None))
        return (self.min if self.min is not None else low, self.max if self.max is not None else high)


class Survey(Speaking, kind="survey", icon="📋"):
    """Asks questions one after another, checks each answer by its type, and asks again when it does not fit.

    Answers are kept as they come, so a survey that was broken off still has those given. A contact leaves by
    `completed`, by `no_answer` after the patience, or by `gave_up` when the tries of a question are used up.
    """

    hears_replies: ClassVar[bool] = True
    begins: ClassVar[Mapping[str, Any]] = {"questions": [{"id": "q1", "text": "", "type": "text"}], "patience": "P1D"}
    front: ClassVar[tuple[str, ...]] = ("questions", "patience", "channel")

    questions: tuple[Question, ...] = Field(title="Questions", min_length=1, max_length=30)
    patience: Patience = Field(
        timedelta(days=1), title="Wait for each answer", json_schema_extra={"widget": "patience"}
    )

    @model_validator(mode="after")
    def _ids_differ(self) -> Survey:
        ids = [question.id for question in self.questions]
        if len(set(ids)) < len(ids):
            raise ValueError("two questions have the same id")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("completed", "no_answer", "gave_up")

    def sentence(self) -> str:
        many = len(self.questions)
        return f"Ask {many} question{'' if many == 1 else 's'}, {words_of(self.patience)} each"

    def gives(self, exit: str) -> Iterable[str]:
        for question in self.questions if exit == "completed" else ():
            if not question.optional:
                yield f"answers.{question.id}"
                yield from (f"contact.{question.save_to}",) if question.save_to else ()

    def lasts(self, exit: str) -> tuple[timedelta, timedelta]:
        most = LONGEST if isinstance(self.patience, str) else self.patience
        return (most if exit == "no_answer" else timedelta(0)), most

    def heard(self, exit: str) -> bool:
        return exit != "no_answer"

    def breaks_cycle(self) -> bool:
        return True

    def templates(self) -> Iterable[tuple[str, str]]:
        for number, question in enumerate(self.questions):
            yield f"questions.{number}.text", question.text
            yield f"questions.{number}.retry_text", question.retry_text or ""

    def says(self, part: str = "") -> Says:
        again, _, name = part.rpartition(":")
        question = next(
            (each for each in self.questions if each.id == (name or self.questions[0].id)), self.questions[0]
        )
        retry = question.retry_text or question.text
        shown = question.options if question.type == "choice" else ()
        return Says(
            text=retry if again else question.text,
            buttons=tuple(Button(id=f"o{number}", title=option) for number, option in enumerate(shown, 1)),
            channels=self.channels(),
            category=self.category,
            ttl=self.ttl,
            policy=self.policy,
            cascade=self.cascade,
        )

    def all_says(self) -> Iterable[Says]:
        return [self.says(question.id) for question in self.questions]

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        if isinstance(visit.heard, Reply) and visit.memory.get("asked"):
            question = self.questions[visit.memory["question"]]
            value = self._value(question, visit.heard, visit)
            return f"No {question.type} was read." if value is None else f"Read as {question.id}: {value}."
        return "Nobody answered in time." if decision == Leave("no_answer") else ""

    def decide(self, visit: Visit) -> Leave | Stay | End:
        if visit.arriving:
            return self._ask(visit, 0)
        memory = visit.memory
        if isinstance(visit.heard, Answered):
            return self._asked(visit.heard, visit, memory)
        deadline = datetime.fromisoformat(memory["deadline"]) if memory.get("deadline") else None
        # What comes before the question is out was meant for an earlier one.
        asked = bool(memory.get("asked"))
        if isinstance(visit.heard, Reply) and asked and (deadline is None or visit.heard.at <= deadline):
            return self._hear(visit.heard, visit, memory)
        if deadline is not None and visit.now >= deadline and visit.horizon > deadline:
            return Leave("no_answer")
        return Stay(deadline, "reply") if asked else Stay(visit.now + LOOK_AGAIN, "answer")

    def _ask(self, visit: Visit, number: int, tried: int = 0, effects: tuple[Effect, ...] = ()) -> Leave | Stay:
        if number == len(self.questions):
            return Leave("completed", effects)
        part = f"{f'again{tried}:' if tried else ''}{self.questions[number].id}"
        memory = {"question": number, "tried": tried}
        return Stay(visit.now + self.ttl + LOOK_AGAIN, "answer", (*effects, Say(part=part)), memory)

    def _asked(self, answered: Answered, visit: Visit, memory: Mapping[str, Any]) -> Stay | End:
        if not answered.sent:
            if answered.reason in FAULTS:
                raise NodeFailed(answered.reason)
            return End(answered.reason, completed=False)
        deadline = None if isinstance(self.patience, str) else answered.at + self.patience
        kept = {**memory, "asked": True, "deadline": deadline.isoformat() if deadline else None}
        return Stay(deadline, "reply", memory=kept)

    def _hear(self, reply: Reply, visit: Visit, memory: Mapping[str, Any]) -> Leave | Stay:
        number, tried = memory["question"], memory["tried"]
        question = self.questions[number]
        if question.optional and fold(reply.text) in SKIPS:
            return self._ask(visit, number + 1)
        value = self._value(question, reply, visit)
        if value is not None:
            kept: tuple[Effect, ...] = (Record(question=question.id, value=value),)
            if question.save_to:
                kept = (*kept, Set(attributes={question.save_to: value}))
            return self._ask(visit, number + 1, effects=kept)
        if tried + 1 >= question.tries:
            return Leave("gave_up")
        return self._ask(visit, number, tried + 1)

    def _value(self, question: Question, reply: Reply, visit: Visit) -> Any:
        if reply.media:
            return None
        if question.type == "choice" and reply.button:
            position = reply.button.removeprefix("o")
            if position.isdigit() and 0 < int(position) <= len(question.options):
                return question.options[int(position) - 1]
        low, high = question.range()
        today = reply.at.astimezone(zone(visit.zone)).date()
        return read_value(question.type, reply.text, low, high, options=question.options, today=today)


def words_of(patience: timedelta | str) -> str:
    """A patience as people say it."""
    return "as long as it takes" if isinstance(patience, str) else words(patience)
