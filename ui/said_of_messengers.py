"""What the messengers' adapters say of a message: how each will show it, and what it would refuse."""

from __future__ import annotations

from ui.language import N_

#: Kinds of files as they stand in these sentences.
KINDS = {"image": N_("the picture"), "video": N_("the video"), "document": N_("the file"), "audio": N_("the sound")}
MESSENGERS = (
    # Any of them
    N_("{messenger} takes at most {n} pictures and files; this message has {length}."),
    N_("{messenger} has no albums: the {n} pictures and files are sent one by one."),
    N_("{messenger} takes at most {n} cards; this message has {length}."),
    N_("{messenger} has no cards side by side: each is a message of its own."),
    N_("{messenger} shows no card without a title."),
    N_("{messenger} takes at most {n} buttons on a card; «{name}» has more."),
    N_("{messenger} takes such a file up to {n} MB; this one has {length} MB."),
    N_("{messenger} cannot tell two buttons apart that both have the id «{name}»."),
    N_("{messenger} cannot bring back the button id «{name}»: use 1 to 24 of A-Z a-z 0-9 _ -."),
    N_("{messenger} shows no button without a title."),
    N_("{messenger} has no button that both opens a link and copies a text: «{name}»."),
    N_("{messenger} opens only web addresses; «{name}» leads to {link}."),
    N_("{messenger} has no approved templates and sends the text instead."),
    N_("{messenger} has no approved templates: write a text as well."),
    N_("{messenger} has no approved templates, or the account was connected without their owner's id ({name})."),
    # Approved templates
    N_("The template {name} takes {n} values; this step gives {length}."),
    N_("Give one for each of its places, in order."),
    N_("The values of the template {name} are called {names}."),
    N_("Call them so, in the order of the values."),
    N_("The template {name} needs a value in its header ({form})."),
    N_("The template {name} takes no value in its header."),
    N_("The template {name} has another kind of header: {form}."),
    N_("Button {n} of the template {name} needs the end of its link."),
    N_("Give it at the button's place among the buttons' values."),
    N_("Give it."),
    N_("Remove it."),
    N_("Choose it."),
    N_("No template {name} in the language {lang} is known."),
    N_("Ask the messenger for its templates on the page Templates, or correct the name."),
    # WhatsApp
    N_("WhatsApp shows {n} buttons as a list that opens by a tap."),
    N_("WhatsApp shows buttons over {n} characters as a list that opens by a tap."),
    N_("WhatsApp cuts «{name}» to {n} characters in a list and writes it out under it."),
    N_("WhatsApp sends the {kind} on its own before the text."),
    N_("WhatsApp copies codes only in templates: the code of «{name}» is written under the text."),
    N_("WhatsApp has no template called «{name}»: names are of a-z, 0-9 and _."),
    N_("WhatsApp needs a name for each value: {n} names, {length} values."),
    N_("WhatsApp takes no empty value in a template: value {n} is empty."),
    N_("WhatsApp may refuse line breaks in a template: value {n} has one."),
    # Telegram
    N_("Telegram takes at most {n} buttons."),
    N_("Telegram has no buttons under an album: the text with the buttons follows on its own."),
    N_("Telegram copies at most {n} characters by the button «{name}»."),
    N_("Telegram fetches only PDF, ZIP and GIF files by a link and may refuse this document."),
    N_("Telegram names a document after its link and not as set here."),
    # Viber
    N_("Viber shows at most {n} buttons; this message has {length}."),
    N_("Viber takes at most {n} characters on a button."),
    N_("Viber takes at most 30 KB a message: shorten the text or the buttons."),
    N_("Viber sends a sound as a file."),
    N_("Viber shows no text on a {kind}: the text follows on its own."),
    N_("Viber takes up to {n} characters on a picture: the text follows on its own."),
    # Messenger
    N_("Messenger takes at most {n} characters of text; with its links this one has {length}."),
    N_("Messenger allows a message tag only on a person's own answer, which gets it by itself."),
    N_("Messenger sends the {kind} and the text as two messages."),
    N_("Messenger cuts a line of a card to {n} characters: «{name}»."),
)
