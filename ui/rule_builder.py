"""The rule builder of the pages: groups in groups, each condition on a line with real names to choose from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.canvas.comparisons import OUTCOMES, operator_name
from ui.language import _
from ui.rule_form import CONDITIONS, OVER_EVENT, Group, Line, begun
from ui.rule_values import shape, span_field, value_field
from ui.words import CHANNEL, bold, channel

Json = Mapping[str, Any]
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What is there to choose from."""

    attributes: list[Any] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    #: Names by id.
    segments: Json = field(default_factory=dict)
    journeys: Json = field(default_factory=dict)
    operators: list[Any] = field(default_factory=list)

    def over(self, event: str) -> Known:
        """What is there to choose from of an event's properties."""
        properties = next((each.get("properties") or [] for each in self.events if each["name"] == event), [])
        return Known(attributes=list(properties), operators=self.operators)


def kind_name(kind: str) -> str:
    """What a condition asks about."""
    names = {
        "attribute": _("Attribute"), "tag": _("Tag"), "segment": _("Segment"), "event": _("Past event"),
        "consent": _("Consent"), "delivery": _("Message"), "other": _("Other"),
    }  # fmt: skip
    return names[kind]


def group_field(group: Group, known: Known, *, over_event: bool = False, depth: int = 0) -> None:
    """A group with its parts; what is pressed changes it before the page is drawn again."""
    joints = {
        "all": _("All of these"), "any": _("Any of these"), "not any": _("None of these"),
        "not all": _("Not all of these"),
    }  # fmt: skip
    if len(group.parts) > 1 or group.joint not in ("all", "any"):
        group.joint = st.selectbox(
            _("Joined by"), list(joints), index=list(joints).index(group.joint), format_func=lambda one: joints[one],
            key=f"{group.key}-joint", label_visibility="collapsed", width=200,
        )  # fmt: skip
    for part in list(group.parts):
        with st.container(border=True, gap="xsmall"):
            if isinstance(part, Group):
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(bold(_("Group")), width="stretch")
                    _remover(group, part)
                group_field(part, known, over_event=over_event, depth=depth + 1)
            else:
                _line(group, part, known, over_event=over_event)
    with st.container(horizontal=True):
        st.button(
            _("Add a condition"), key=f"{group.key}-add", icon=":material/add:",
            on_click=lambda: group.parts.append(begun("attribute")),
        )  # fmt: skip
        if group.parts and depth < DEEPEST and not over_event:
            st.button(
                _("Add a group"), key=f"{group.key}-group", icon=":material/data_object:", type="tertiary",
                on_click=lambda: group.parts.append(Group("any", [begun("attribute")])),
            )  # fmt: skip


def _remover(group: Group, part: Line | Group) -> None:
    st.button(
        _("Remove"), key=f"{part.key}-remove", icon=":material/close:", type="tertiary",
        on_click=lambda: group.parts.remove(part),
    )  # fmt: skip


def _line(group: Group, line: Line, known: Known, *, over_event: bool) -> None:
    kind, offered = line.kind, list(OVER_EVENT if over_event else CONDITIONS)
    offered += [kind] if kind not in offered else []
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(offered) > 1:
            chosen = st.selectbox(
                _("Condition"), offered, index=offered.index(kind), format_func=kind_name, key=f"{line.key}-kind",
                label_visibility="collapsed", width=150,
            )  # fmt: skip
            if chosen != kind:
                line.rule, line.where = begun(chosen).rule, None
        line.negated = st.toggle(
            _("not"), line.negated, key=f"{line.key}-not", help=_("Holds when the condition does not.")
        )
        line.rule = DRAWN[line.kind](line, known)
        st.space("stretch")
        _remover(group, line)
    if line.kind == "event":
        _properties(line, known)


def _choice(key: str, label: str, value: str, names: Mapping[str, str], *, fresh: bool = True, width: int = 220) -> str:
    """One of the known names, or a new one."""
    options = list(dict.fromkeys([*names, *([value] if value else [])]))
    chosen = st.selectbox(
        label, options, index=options.index(value) if value else None, key=key, accept_new_options=fresh,
        format_func=lambda one: names.get(one, one), placeholder=label, label_visibility="collapsed", width=width,
    )  # fmt: skip
    return str(chosen or "").strip()


def _same(names: list[str]) -> dict[str, str]:
    return {each: each for each in names}


def _attribute(line: Line, known: Known) -> dict[str, Any]:
    rule, names = line.rule, [str(each["name"]) for each in known.attributes]
    name = _choice(f"{line.key}-name", _("Attribute"), rule["attribute"], _same(names))
    about = next((each for each in known.attributes if each["name"] == name), {"name": name, "type": ""})
    value = rule.get("value", True if rule["is"] == "exists" else "")
    if name != rule["attribute"]:
        value = ""
    fits = [each["name"] for each in known.operators if not about["type"] or about["type"] in each["applies_to"]]
    before = rule["is"] if rule["is"] in fits or name == rule["attribute"] else (fits or ["equal"])[0]
    offered = list(dict.fromkeys([*fits, before]))
    operator = st.selectbox(
        _("Is"), offered, index=offered.index(before), format_func=operator_name, width=170,
        key=f"{line.key}-is-{about['type']}", label_visibility="collapsed",
    )  # fmt: skip
    # A value that fitted the comparison before may not fit this one.
    if operator != rule["is"] and shape(operator, value, str(about["type"])) == "json":
        value = ""
    return {"attribute": name, "is": operator, "value": value_field(line.key, operator, value, about)}


def _event(line: Line, known: Known) -> dict[str, Any]:
    rule = dict(line.rule)
    names = _same([str(each["name"]) for each in known.events])
    rule["event"] = _choice(f"{line.key}-event", _("Event"), rule["event"], names)
    times = st.number_input(
        _("At least so many times"), min_value=1, max_value=1_000_000, value=int(rule.pop("at_least", 1)),
        key=f"{line.key}-times", label_visibility="collapsed", width=120,
        help=_("At least so many times"),
    )  # fmt: skip
    st.caption(_("times or more"), width="content")
    rule |= {"at_least": int(times)} if times != 1 else {}
    within = rule.pop("within", None)
    if st.toggle(_("within the last"), within is not None, key=f"{line.key}-within"):
        rule["within"] = span_field(f"{line.key}-within", within or "P30D")
    return rule


def _properties(line: Line, known: Known) -> None:
    """The rule over the properties of an event."""
    if st.toggle(_("only with properties"), line.where is not None, key=f"{line.key}-where"):
        line.where = line.where or Group(parts=[begun("attribute")])
        group_field(line.where, known.over(str(line.rule.get("event") or "")), over_event=True)
    else:
        line.where = None


def _consent(line: Line, known: Known) -> dict[str, Any]:
    names = {name: channel(name) for name in CHANNEL if name != "auto"}
    where = _choice(f"{line.key}-channel", _("Messenger"), line.rule["consent"], names, fresh=False, width=170)
    purposes = {"marketing": _("marketing"), "service": _("service"), "transactional": _("transactional")}
    now = str(line.rule.get("purpose", "marketing"))
    return {"consent": where, "purpose": _choice(f"{line.key}-purpose", _("Purpose"), now, purposes, width=170)}


def _delivery(line: Line, known: Known) -> dict[str, Any]:
    what = line.rule["delivery"]
    journey = str(what.get("journey") or "") if isinstance(what, Mapping) else ""
    names = {each: str(name) for each, name in known.journeys.items()}
    chosen = _choice(f"{line.key}-journey", _("Journey"), journey, names, width=260)
    outcomes = {each: operator_name(each) for each in OUTCOMES}
    was = _choice(f"{line.key}-was", _("What became of it"), str(line.rule["was"]), outcomes, fresh=False, width=170)
    return {"delivery": {"journey": chosen}, "was": was}


def _other(line: Line, known: Known) -> dict[str, Any]:
    """What the form has no widgets for is written as it is."""
    text = st.text_input(
        _("Condition, JSON"), json.dumps(line.rule, ensure_ascii=False), key=f"{line.key}-json", width=420,
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        written = json.loads(text or "{}")
    except ValueError:
        return line.rule
    return written if isinstance(written, dict) else line.rule


def _tag(line: Line, known: Known) -> dict[str, Any]:
    return {"tag": _choice(f"{line.key}-tag", _("Tag"), line.rule["tag"], _same(known.tags))}


def _segment(line: Line, known: Known) -> dict[str, Any]:
    names = {each: str(name) for each, name in known.segments.items()}
    return {"segment": _choice(f"{line.key}-segment", _("Segment"), line.rule["segment"], names, fresh=False)}


DRAWN = {
    "attribute": _attribute, "tag": _tag, "segment": _segment, "event": _event, "consent": _consent,
    "delivery": _delivery, "other": _other,
}  # fmt: skip
