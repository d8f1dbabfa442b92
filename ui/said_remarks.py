"""Shapes of what the API remarks on one message; `ui.said` puts them into the reader's language."""

from __future__ import annotations

from ui.language import N_

REMARKS = (
    N_("Contacts without {name} will not get this message."),
    N_("Write a fallback: {text}."),
    N_("There is nothing to do after reading."),
    N_("Add a button, a link or a question."),
    N_("People are not told how to stop these messages."),
    N_("Say how: «Send STOP to unsubscribe»."),
    N_("Visits by {link} are not counted."),
    N_("Add utm_source and others."),
    N_("The mark of an advertisement is not whole."),
    N_("An advertisement in Russia is marked as one."),
    N_("Write «Реклама», the advertiser and «erid: …» under the text."),
)
