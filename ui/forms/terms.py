"""The words of the forms: titles and hints of settings as the API names them, and what their choices mean."""

from __future__ import annotations

from ui.forms.shapes import Field
from ui.language import N_, _
from ui.words import plain, safe

#: Titles and hints in the settings' schemas; they come from the API in English and are said here anew.
SETTINGS = (
    N_("Messenger"),
    N_("One, several in order of preference, or auto: the first where the contact can be reached."),
    N_("Category"),
    N_("Marketing needs consent and keeps quiet hours; the others only obey the messenger."),
    N_("Worth sending for"),
    N_("Later it is not sent any more."),
    N_("Text"),
    N_("Buttons"),
    N_("Id"),
    N_("Comes back when it is pressed."),
    N_("Title"),
    N_("An album, or one by one where there are none."),
    N_("At most 20 characters fit everywhere."),
    N_("At most 80 characters fit everywhere."),
    N_("Another text, buttons or picture for one messenger."),
    N_("By messenger"),
    N_("Cards"),
    N_("Header's kind"),
    N_("More pictures and files"),
    N_("Of a template that has them."),
    N_("Picture's address"),
    N_("Side by side in Messenger and Viber, one by one elsewhere."),
    N_("Text, or a file's address."),
    N_("Values' names"),
    N_("Opens the address"),
    N_("Copies the text"),
    N_("Picture or file"),
    N_("Kind"),
    N_("Address"),
    N_("File name"),
    N_("Size, bytes"),
    N_("Viber needs it for video and files."),
    N_("Approved template"),
    N_("By messenger: name, language, body values."),
    N_("If blocked"),
    N_("For"),
    N_("Until"),
    N_("Until the date in"),
    N_("Offset"),
    N_("Negative: before the date."),
    N_("At the time of day"),
    N_("On weekdays"),
    N_("In the window"),
    N_("From"),
    N_("To"),
    N_("Weekdays"),
    N_("None chosen: any day."),
    N_("Event"),
    N_("Where"),
    N_("Rule"),
    N_("But no longer than"),
    N_("Look back"),
    N_("If the date is missing"),
    N_("If it is late"),
    N_("Skip if later than"),
    N_("Branches"),
    N_("Exit"),
    N_("Name of the way out."),
    N_("Name of the way out: a-z, 0-9 and underscores."),
    N_("Ids of the buttons that lead here, pressed or written."),
    N_("Key words"),
    N_("Found as whole words; case, ё and punctuation don't matter."),
    N_("Pattern"),
    N_("A regular expression (RE2)."),
    N_("Type"),
    N_("Takes any answer that is such a value."),
    N_("At least"),
    N_("The least number, or the shortest text."),
    N_("At most"),
    N_("The greatest number, or the longest text."),
    N_("Wait for an answer"),
    N_("Join quick messages within"),
    N_("Several messages in a row are read as one."),
    N_("Remember the answer as"),
    N_("{{ answers.name }}"),
    N_("Questions"),
    N_("Question"),
    N_("Answer"),
    N_("Options"),
    N_("If the answer does not fit"),
    N_("Tries"),
    N_("May be skipped"),
    N_("Save to attribute"),
    N_("Wait for each answer"),
    N_("Arms"),
    N_("Weight"),
    N_("Share against the other arms' weights."),
    N_("Salt"),
    N_("Empty: the node's own id."),
    N_("Holdout, %"),
    N_("Set attributes"),
    N_("Add tags"),
    N_("Remove tags"),
    N_("Goal"),
    N_("What was reached, as «ordered»."),
    N_("Pool"),
    N_("Reason"),
    N_("Shown in the funnel."),
    N_("Name"),
    N_("Language"),
    N_("Body's values"),
    N_("Header's value"),
    N_("Buttons' values"),
    N_("A property, as order_id."),
    N_("If nobody knows whether it arrived"),
    N_("At most once never repeats it; at least once repeats it up to twice while it is worth sending."),
)
CHOICES = {
    "marketing": N_("Marketing"),
    "transactional": N_("Transactional"),
    "service": N_("Service"),
    "on_blocked.leave": N_("Leave the journey"),
    "on_blocked.skip": N_("Skip this message and go on"),
    "on_blocked.wait": N_("Wait while it is worth sending"),
    "on_blocked.branch": N_("Take the exit “blocked”"),
    "policy.at_most_once": N_("At most once"),
    "policy.at_least_once": N_("At least once"),
    "image": N_("Picture"),
    "video": N_("Video"),
    "document": N_("Document"),
    "audio": N_("Sound"),
    "since_entry": N_("Since they entered the journey"),
    "missing.fail": N_("The trip fails"),
    "missing.branch": N_("Take the exit “date missing”"),
    "late.run": N_("Go on at once"),
    "late.next_window": N_("Wait for the next time"),
    "late.skip": N_("Take the exit “too late” after"),
    "choice": N_("One of the options"),
    "multiple": N_("Several options"),
    "scale": N_("Scale 1–10"),
    "nps": N_("NPS 0–10"),
    "rating": N_("Rating 1–5"),
    "number": N_("Number"),
    "text": N_("Text"),
    "phone": N_("Phone number"),
    "email": N_("E-mail"),
    "date": N_("Date"),
    "media": N_("Picture or file"),
    "patience.forever": N_("As long as it takes"),
}
WEEKDAYS = {
    "mon": N_("Mon"), "tue": N_("Tue"), "wed": N_("Wed"), "thu": N_("Thu"), "fri": N_("Fri"), "sat": N_("Sat"),
    "sun": N_("Sun"),
}  # fmt: skip
OPERATORS = {
    "equal": N_("is"),
    "not_equal": N_("is not"),
    "less": N_("is less than"),
    "at_most": N_("is at most"),
    "more": N_("is more than"),
    "at_least": N_("is at least"),
    "contains": N_("contains"),
    "starts_with": N_("starts with"),
    "in": N_("is one of"),
    "exists": N_("is known"),
    "before": N_("is before"),
    "after": N_("is after"),
    "within": N_("is within the last"),
    "read": N_("read"),
    "clicked": N_("clicked"),
    "replied": N_("answered"),
    "failed": N_("not delivered"),
}
#: The first line of each kind's manual, for the picker.
MANUALS = {
    "send": N_("Sends a message with buttons, pictures and the contact's own words."),
    "wait": N_("Holds the contact until a time comes or something happens."),
    "reply": N_("Waits for the answer to the message before it and branches on it."),
    "condition": N_("Chooses the way by what is known of the contact."),
    "survey": N_("Asks several questions, checks and keeps the answers."),
    "split": N_("Divides contacts into parts to compare two ways."),
    "update": N_("Writes down what you learnt: attributes and tags."),
    "coupon": N_("Gives each contact a code of their own."),
    "goal": N_("Counts the contact as converted."),
    "webhook": N_("Asks or tells another system over HTTP."),
    "handoff": N_("Hands the conversation to a person."),
    "start_journey": N_("Starts another journey for this contact."),
    "exit": N_("Ends the journey, with a reason for the funnel."),
}


def title_of(field: Field) -> str:
    """A setting's title in the reader's language."""
    return safe(_(field.title)) if field.title else plain(field.name).capitalize()


def help_of(field: Field) -> str | None:
    """A setting's hint, or nothing."""
    return safe(_(field.help)) if field.help else None


def choice_name(field: Field, name: str | None) -> str:
    """One of a setting's choices in words."""
    if name is None:
        return _("Not set")
    found = CHOICES.get(f"{field.name}.{name}") or CHOICES.get(name)
    return _(found) if found else plain(name)


def weekday(name: str) -> str:
    """A weekday's short name."""
    return _(WEEKDAYS[name]) if name in WEEKDAYS else name


def operator_name(name: str) -> str:
    """A comparison in words."""
    return _(OPERATORS[name]) if name in OPERATORS else plain(name)


def manual(kind: str, given: str) -> str:
    """What a kind of step is for, in one line."""
    return _(MANUALS[kind]) if kind in MANUALS else given.strip().split("\n", 1)[0]
