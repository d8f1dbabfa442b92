"""A shop tells in Messenger, days after the last word, that an order is on its way: by a utility template alone."""

from __future__ import annotations

from typing import Any

from tests.semantics.stories import line, step
from tests.stories.telling import deliveries
from tests.town import Town

ANN, TOLD = "2400000000001", "Good news, Ann! Your order 17 is on its way."
TEMPLATE = {
    "name": "on_its_way",
    "language": "en",
    "category": "UTILITY",
    "components": [
        {"type": "BODY", "text": "Good news, {{1}}! Your order {{2}} is on its way."},
        {"type": "BUTTONS", "buttons": [{"type": "POSTBACK", "text": "Thanks", "payload": "THANKS"}]},
    ],
}
SENT: dict[str, Any] = {
    "text": "Your order is on its way.",
    "category": "transactional",
    "buttons": [{"id": "thanks", "title": "Thanks"}],
    "template": {"messenger": {"name": "on_its_way", "language": "en", "body": ["Ann", "17"]}},
}


def test_a_utility_template_passes_the_closed_window(place: Town) -> None:
    with place.project.database.read() as connection:
        page = place.project.account(connection, "messenger", "default")
    assert page is not None
    place.contact("ann", "messenger", ANN, consent=False)
    place.reply(ANN, "messenger", text="Hello")
    place.advance("P3D")

    plain = place.publish(line(step("tell", "send", text="On its way", category="transactional")))
    place.enroll(plain, "ann")
    place.advance("PT1S")
    assert deliveries(place, plain, "ann") == [("tell", "suppressed", "window_closed")]

    url = f"{place.world.url}/v25.0/{page.account.settings['page_id']}/message_templates"
    token = {"Authorization": f"Bearer {page.account.secrets['token']}"}
    place.world_client.post(url, json=TEMPLATE, headers=token).raise_for_status()
    assert place.call("POST", "/v1/templates/approved/messenger/default/sync") == {"templates": 1}
    place.advance("PT2M")
    (approved,) = place.call("GET", "/v1/templates/approved")["items"]
    assert (approved["channel"], approved["name"], approved["status"]) == ("messenger", "on_its_way", "APPROVED")

    filled = place.publish(line(step("tell", "send", **SENT)))
    place.enroll(filled, "ann")
    place.advance("PT1S")
    assert place.heard(ANN, "messenger") == [TOLD]
    place.reply(ANN, "messenger", button="Thanks")
    place.advance("PT1S")
    (delivery,) = place.call("GET", "/v1/deliveries", params={"journey": filled, "contact": "ann"})["items"]
    assert delivery["state"] in {"accepted", "delivered", "read"}
