"""Bringing a file of contacts in: choose it, say what its columns are, look at what was taken."""

from __future__ import annotations

import csv
import io
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.charts import inert
from ui.csv_mapping import ATTRIBUTE, COLUMNS, guess, headers_of
from ui.figures import number
from ui.language import _, ngettext
from ui.look import careful
from ui.said import said
from ui.trouble import Trouble
from ui.words import CHANNEL, bold, channel, safe


def field_name(field: str) -> str:
    """What a column of the file becomes."""
    names = {
        "": _("Do not take"),
        "external_id": _("Contact id"),
        "timezone": _("Time zone"),
        "locale": _("Language"),
        "tags": _("Tags, separated by commas"),
        "marketing_consent": _("Agreed to marketing: yes or no"),
        "consent_text": _("Text of the consent"),
    }
    if field in CHANNEL:
        return _("Address in {channel}").format(channel=channel(field))
    if field.startswith(ATTRIBUTE):
        return _("Attribute “{name}”").format(name=field.removeprefix(ATTRIBUTE))
    return names.get(field, field)


def import_page() -> None:
    """A file in three steps: choose, say what the columns are, look at what was taken."""
    st.caption(_("A CSV file with a header row. Consents count as proven only with the text that people agreed to."))
    given = st.file_uploader(_("CSV file"), type=["csv", "txt"], key="import-file")
    if given is None:
        return
    content = given.getvalue()
    headers, rows = headers_of(content)
    if not headers:
        st.error(_("This file has no header row that can be read. Save it as CSV in UTF-8."), icon=":material/error:")
        return
    st.markdown(bold(_("What is in the columns?")))
    mapping = columns(headers, rows)
    consent = ""
    if "marketing_consent" in mapping.values() and "consent_text" not in mapping.values():
        consent = st.text_area(_("Text that they agreed to"), key="import-consent", height=80, max_chars=4000) or ""
    known = "external_id" in mapping.values() or any(name in CHANNEL for name in mapping.values())
    if not known:
        st.warning(_("Say which column is the contact's id or an address."), icon=":material/badge:")
    if st.button(_("Bring in"), type="primary", icon=":material/upload:", disabled=not known, key="import-go"):
        with careful():
            made = backend().import_contacts(given.name, content, mapping, consent)
            st.session_state["import-id"] = str(made["id"])
    if st.session_state.get("import-id"):
        progress(st.session_state["import-id"])


def columns(headers: list[str], rows: list[list[str]]) -> dict[str, str]:
    """One select per column with an example value; column of the file → what it is, as the API takes it."""
    mapping: dict[str, str] = {}
    fixed = ["", "external_id", *(name for name in CHANNEL if name != "auto"), *COLUMNS]
    with st.grid(3):
        for place, header in enumerate(headers):
            choices = [*fixed, ATTRIBUTE + header]
            example = next((row[place] for row in rows if place < len(row) and row[place]), "")
            picked = st.selectbox(
                f"{safe(header)} :gray[{safe(example[:30])}]",
                choices,
                index=choices.index(guess(header) or ATTRIBUTE + header),
                format_func=field_name,
                key=f"import-column-{place}-{header}",
            )
            mapping[header] = picked.removeprefix(ATTRIBUTE)
    return mapping


@st.fragment(run_every=1)
def progress(job: str) -> None:
    """How far the import is, then what was taken and what was not."""
    try:
        state = backend().import_state(job)
    except Trouble as trouble:
        st.caption(f":material/cloud_off: {safe(said(trouble.detail) or trouble.title)}")
        return
    read = int(state.get("rows") or 0)
    if state.get("status") == "failed":
        st.error(safe(said(str(state.get("reason") or _("The file cannot be read.")))), icon=":material/error:")
        return
    if state.get("status") != "done":
        text = ngettext("Reading… {n} row so far", "Reading… {n} rows so far", read)
        st.info(text.format(n=number(read)), icon=":material/hourglass_top:")
        return
    taken = int(state.get("created") or 0) + int(state.get("updated") or 0)
    text = ngettext("{n} contact is in.", "{n} contacts are in.", taken).format(n=number(taken))
    st.success(text, icon=":material/check_circle:")
    if state.get("problems"):
        broken_rows(list(state["problems"]), int(state.get("rejected") or 0))


def broken_rows(problems: list[Any], count: int) -> None:
    """Rows that were not taken: line and reason, and the same as a file."""
    text = ngettext("{n} row was not taken:", "{n} rows were not taken:", count)
    st.warning(text.format(n=number(count)), icon=":material/rule:")
    table = [
        {_("Line"): one.get("line"), _("Column"): one.get("field") or "–", _("Reason"): said(str(one.get("reason")))}
        for one in problems
    ]
    st.dataframe(table, hide_index=True, height=min(400, 38 * (len(table) + 1)), alt=_("Rows that were not taken"))
    out = io.StringIO()
    rows = [[one.get("line"), inert(str(one.get("field"))), inert(str(one.get("reason")))] for one in problems]
    csv.writer(out).writerows([["line", "column", "reason"], *rows])
    name, kind = "not-taken.csv", "text/csv"
    content = out.getvalue().encode("utf-8-sig")
    st.download_button(_("Download the report"), content, name, kind, icon=":material/download:", on_click="ignore")
