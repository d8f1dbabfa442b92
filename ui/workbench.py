"""The working copy of a journey in the editor: changes, undo, autosave with revisions, conflicts; one per session."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.backend import Backend, Checked
from ui.trouble import Conflict, Trouble

Json = dict[str, Any]
#: How many steps back the editor remembers.
UNDO = 100


@dataclass(slots=True)
class Work:
    """What the person works on, what the API holds of it, and what stands between."""

    journey: str
    document: Json
    revision: str
    saved: str = ""
    past: list[Json] = field(default_factory=list)
    selected: str | None = None
    #: Rises whenever widgets must be made anew: undo, rows added, another document.
    generation: int = 0
    conflict: bool = False
    trouble: Trouble | None = None
    checked: Checked = field(default_factory=lambda: Checked([], {}))
    checked_for: str = ""

    @property
    def dirty(self) -> bool:
        """Whether there is something that the API does not hold yet."""
        return text_of(self.document) != self.saved

    def change(self, document: Json, *, redraw: bool = False) -> bool:
        """Takes over another document; False when it is the same."""
        if redraw:
            self.generation += 1
        if document == self.document:
            return False
        self.past = [*self.past[-UNDO + 1 :], self.document]
        self.document = document
        return True

    def undo(self) -> None:
        """One change back."""
        if self.past:
            self.document = self.past.pop()
            self.generation += 1
            if self.selected and not any(node["id"] == self.selected for node in self.document["nodes"]):
                self.selected = None

    def save(self, api: Backend) -> None:
        """Brings the document to the API; a conflict or a silent API is remembered, the work stays."""
        if not self.dirty or self.conflict:
            return
        try:
            self.revision = api.save_draft(self.journey, self.document, self.revision)
            self.saved, self.trouble = text_of(self.document), None
        except Conflict as conflict:
            self.conflict, self.trouble = True, conflict
        except Trouble as trouble:
            self.trouble = trouble

    def check(self, api: Backend) -> None:
        """Asks what is wrong with the document, once per document; a silent API leaves the last answer."""
        now = text_of(self.document)
        if now == self.checked_for:
            return
        try:
            self.checked, self.checked_for = api.check(self.journey, self.document), now
        except Trouble as trouble:
            self.trouble = self.trouble or trouble

    def commit(self, api: Backend) -> None:
        """Saves and checks what has changed."""
        self.save(api)
        self.check(api)

    def keep_mine(self, api: Backend) -> None:
        """Overwrites what somebody else saved with this document."""
        self.revision, self.conflict = api.draft(self.journey).revision, False
        self.save(api)

    def take_theirs(self, api: Backend) -> None:
        """Takes over what somebody else saved; one undo brings one's own back."""
        draft = api.draft(self.journey)
        self.change(draft.document, redraw=True)
        self.revision, self.saved, self.conflict, self.trouble = draft.revision, text_of(draft.document), False, None

    def look(self, api: Backend) -> bool:
        """Follows what others saved while nothing here waits to be saved; whether there was something.

        Only for the end of a run: what has just been typed is in the document by then, and wins the question.
        """
        if self.dirty or self.conflict:
            return False
        try:
            draft = api.draft(self.journey)
        except Trouble:
            return False
        if draft.revision == self.revision:
            return False
        self.change(draft.document, redraw=True)
        self.revision, self.saved = draft.revision, text_of(draft.document)
        return True


def text_of(document: Json) -> str:
    """A document as one comparable text."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False)


def open_work(api: Backend, journey: str) -> Work:
    """The session's working copy; the API's draft when there is none yet."""
    key = f"work-{journey}"
    work = st.session_state.get(key)
    if isinstance(work, Work):
        return work
    draft = api.draft(journey)
    made = Work(journey, draft.document, draft.revision, saved=text_of(draft.document))
    st.session_state[key] = made
    return made
