"""A question after a purchase: promoters, passives, critics, the silent and those who answer in words."""

from __future__ import annotations

import pytest

from tests.stories.telling import ending, example, node, sums
from tests.town import Town


def delivered(place: Town, *names: str) -> str:
    """The journey, and orders that arrived on Monday afternoon in Moscow."""
    place.freeze("2027-01-11T13:00:00Z")
    journey = place.publish(example("nps"))
    for number, name in enumerate(names):
        named = {"first_name": name.title()}
        place.contact(name, "telegram", f"20{number}", timezone="Europe/Moscow", attributes=named)
        place.track(name, "order_delivered", order_id=f"N-{number}")
    place.advance("P1D")
    return journey


def test_three_kinds_of_answers_and_silence(place: Town) -> None:
    names = ("anna", "boris", "vera", "gleb", "dina")
    journey = delivered(place, *names)
    asked = [each for each in place.phone("200") if each["from"] == "bot"]
    assert [each["at"][:16] for each in asked] == ["2027-01-12T09:00"]
    for address, words in (("200", ("10", "Быстро и вкусно")), ("201", ("8 из 10", "пропустить"))):
        for said in words:
            place.reply(address, text=said)
            place.advance("PT1S")
    for said in ("3", "долго везли"):
        place.reply("202", text=said)
        place.advance("PT1S")
    for said in ("отлично", "очень хорошо", "супер"):
        place.reply("204", text=said)
        place.advance("PT1S")
    place.advance("P3D")

    asked_way = "next_noon→survey→"
    assert place.path(journey, "anna") == asked_way + "kind→promoter_mark→promoter_note→answered"
    assert place.path(journey, "boris") == asked_way + "kind→passive_note→answered"
    assert place.path(journey, "vera") == asked_way + "kind→critic_mark→critic_note→answered"
    assert place.path(journey, "gleb") == place.path(journey, "dina") == asked_way + "silent"
    assert node(sums(place, journey), "survey")["left"] == {"completed": 3, "no_answer": 1, "gave_up": 1}
    tags = {name: place.call("GET", f"/v1/contacts/{name}")["tags"] for name in names}
    assert (tags["anna"], tags["boris"], tags["vera"]) == (["promoter"], [], ["critic"])
    assert place.call("GET", "/v1/contacts/vera")["attributes"]["nps"] == 3


@pytest.mark.parametrize("word", ["Стоп", "отписка"])
def test_stop_inside_the_survey_is_no_answer_of_it(place: Town, word: str) -> None:
    journey = delivered(place, "anna")
    place.reply("200", text="9")
    place.advance("PT1S")
    place.reply("200", text=word)
    place.advance("P3D")
    assert ending(place, journey, "anna") == ("completed", "silent")
    assert len(place.heard("200")) == 2
    # What was answered before is kept.
    assert place.call("GET", "/v1/contacts/anna")["attributes"]["nps"] == 9
    sums(place, journey)
