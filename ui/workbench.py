"""A session's side of a journey's draft: what the API holds, what the canvas has sent, what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.backend import Backend, Checked
from ui.trouble import Conflict, Trouble

Json = dict[str, Any]


@dataclass(slots=True)
class Work:
    """The draft as the API holds it, and the canvas's draft that is still to be brought there.

    The canvas owns the working copy. A draft says at which revision it was begun (`baseRev`); later drafts of the same
    canvas stand on the revisions that its earlier ones made here (`chain`). What stands on anything else meets 412,
    and the canvas is shown what the API holds instead: it asks the person whose version stays.
    """

    journey: str
    document: Json
    revision: str
    #: (canvas, its own count) of the draft that `revision` holds, when it is one of the canvas's.
    saved: tuple[str, int] | None = None
    #: Revisions that this canvas's drafts may stand on.
    client: str = ""
    chain: set[str] = field(default_factory=set)
    #: A draft that the API could not take yet.
    waiting: Json | None = None
    trouble: Trouble | None = None
    checked: Checked = field(default_factory=lambda: Checked([], {}))
    checked_for: str = ""

    def receive(self, api: Backend, draft: Mapping[str, Any] | None) -> None:
        """Takes over a draft of the canvas and brings it to the API at once."""
        if not draft or draft.get("docId") != self.journey:
            return
        if self.saved and self.saved[0] == draft["client"] and draft["localRev"] <= self.saved[1]:
            return
        self.waiting = dict(draft)
        self.save(api)

    def save(self, api: Backend) -> None:
        """Brings what waits to the API; a silent API leaves it waiting, somebody else's version ends its waiting."""
        draft = self.waiting
        if draft is None:
            return
        mine = draft["client"] == self.client and draft["baseRev"] in self.chain
        base = self.revision if mine else str(draft["baseRev"])
        try:
            if base == self.revision and text_of(draft["document"]) == text_of(self.document):
                revision = base
            else:
                revision = api.save_draft(self.journey, draft["document"], base)
        except Conflict:
            self._meet_theirs(api, draft)
            return
        except Trouble as trouble:
            self.trouble = trouble
            return
        self._hold(draft["document"], revision, (draft["client"], draft["localRev"]))
        if not mine:
            self.client, self.chain = draft["client"], {str(draft["baseRev"])}
        self.chain.add(revision)

    def _meet_theirs(self, api: Backend, draft: Json) -> None:
        try:
            theirs = api.draft(self.journey)
        except Trouble as trouble:
            self.trouble = trouble
            return
        same = text_of(theirs.document) == text_of(draft["document"])
        self._hold(theirs.document, theirs.revision, (draft["client"], draft["localRev"]) if same else None)
        self.client, self.chain = draft["client"], {theirs.revision}

    def _hold(self, document: Json, revision: str, saved: tuple[str, int] | None) -> None:
        self.document, self.revision, self.saved = document, revision, saved
        self.waiting, self.trouble = None, None

    def look(self, api: Backend) -> bool:
        """Follows what others saved while nothing here waits to be saved: whether there was something."""
        if self.waiting is not None:
            return False
        try:
            draft = api.draft(self.journey)
        except Trouble:
            return False
        if draft.revision == self.revision:
            return False
        self._hold(draft.document, draft.revision, None)
        self.chain = {draft.revision}
        return True

    def check(self, api: Backend) -> None:
        """Asks what is wrong with the newest document, once per document; a silent API leaves the last answer."""
        newest = self.waiting["document"] if self.waiting else self.document
        now = text_of(newest)
        if now == self.checked_for:
            return
        try:
            self.checked, self.checked_for = api.check(self.journey, newest), now
        except Trouble as trouble:
            self.trouble = self.trouble or trouble


def text_of(document: Json) -> str:
    """A document as one comparable text."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False)


def open_work(api: Backend, journey: str) -> Work:
    """The session's work on a journey; the API's draft when there is none yet."""
    key = f"work-{journey}"
    work = st.session_state.get(key)
    if isinstance(work, Work):
        return work
    draft = api.draft(journey)
    made = Work(journey, draft.document, draft.revision)
    st.session_state[key] = made
    return made
