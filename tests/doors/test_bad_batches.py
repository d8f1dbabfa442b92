"""Bad items among good ones: nothing lost, nothing half done."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest

from store.invariants import violations
from tests.doors.asking import journey, problem, wait_for_import
from tests.town import Town


def test_one_bad_item_never_costs_a_batch_the_others(doors: Town) -> None:
    batch = [
        {
            "type": "identify",
            "userId": "seg-1",
            "traits": {"firstName": "Ann", "telegram_chat_id": 4242},
            "messageId": "m1",
        },
        {"type": "track", "userId": "seg-1", "event": "Order Completed", "properties": {"total": 5}, "messageId": "m2"},
        {"type": "track", "userId": "seg-1", "event": "Order Completed", "properties": {"total": 5}, "messageId": "m2"},
        {"type": "track", "userId": None, "anonymousId": None, "event": "x", "messageId": "m3"},
        {"type": "dance", "userId": "seg-1", "messageId": "m4"},
        7,
    ]
    packed = gzip.compress(json.dumps({"batch": batch, "sentAt": "2026-11-23T00:00:00Z"}).encode())
    answer = httpx.post(
        f"{doors.api.url}/v1/batch",
        content=packed,
        headers={"content-encoding": "gzip", "content-type": "application/json"},
        auth=("test-key", ""),
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"success": True, "rejected": 3}
    person = doors.call("GET", "/v1/contacts/seg-1")
    assert person["attributes"] == {"first_name": "Ann"}
    assert [each["address"] for each in person["addresses"]] == ["4242"]
    events = [each for each in doors.call("GET", "/v1/contacts/seg-1/timeline")["items"] if each["kind"] == "event"]
    assert len(events) == 1


def test_a_bomb_in_gzip_is_refused(doors: Town) -> None:
    bomb = gzip.compress(b"0" * 200_000_000)
    answer = doors.http.post("/v1/batch", content=bomb, headers={"content-encoding": "gzip"})
    problem(answer, 413, "too_large")


CSV = """external_id;first_name;telegram;timezone;marketing_consent;consent_text;tags
i1;Анна;7001;Europe/Moscow;да;Согласна;vip,new
i2;Пётр;not-a-chat;Europe/Moscow;да;Согласен;
;Никто;;;;;
i3;"Кавычки ""и""
перенос";7003;;no;;
i4;Пояс;7004;Mars/Base;;;
i5;лишнее;7005;;;;;;
i1;Анна Вторая;7001;;;;
"""


def test_a_csv_with_broken_rows(doors: Town) -> None:
    files = {"file": ("people.csv", CSV.encode("utf-8-sig"), "text/csv")}
    started = doors.call("POST", "/v1/imports", files=files)
    done = wait_for_import(doors, started["id"])
    assert (done["status"], done["rows"], done["created"], done["rejected"]) == ("done", 7, 2, 4)
    assert [(each["line"], each["field"]) for each in done["problems"]] == [
        (3, "telegram"),
        (4, "external_id"),
        (7, "timezone"),
        (8, ""),
    ]
    person = doors.call("GET", "/v1/contacts/i1")
    assert person["attributes"]["first_name"] == "Анна Вторая"
    assert person["tags"] == ["vip", "new"]
    assert [(each["purpose"], each["granted"], each["proven"]) for each in person["consents"]] == [
        ("marketing", True, True)
    ]
    assert "перенос" in doors.call("GET", "/v1/contacts/i3")["attributes"]["first_name"]


@pytest.mark.parametrize(
    ("content", "says"),
    [("город;цвет\nКазань;синий\n".encode(), "external_id"), (b"\xff\xfe\x00bad", ""), (b"external_id\n\x00\n", "")],
)
def test_a_file_of_no_use_fails_with_words(doors: Town, content: bytes, says: str) -> None:
    started = doors.call("POST", "/v1/imports", files={"file": ("x.csv", content, "text/csv")})
    done = wait_for_import(doors, started["id"])
    assert done["status"] == "failed" or done["rejected"] == done["rows"]
    assert says in str(done["reason"])


def test_an_empty_file_is_refused_at_once(doors: Town) -> None:
    problem(doors.http.post("/v1/imports", files={"file": ("x.csv", b"", "text/csv")}), 422, "not_valid")


def test_an_erased_person_is_gone_and_the_numbers_stay(doors: Town) -> None:
    waiting = journey(category="service")
    waiting["nodes"].insert(1, {"id": "day", "kind": "wait", "settings": {"for": "P1D"}})
    waiting["edges"] = [
        {"source": "hello", "target": "day", "key": "sent"},
        {"source": "day", "target": "bye", "key": "done"},
    ]
    made = doors.publish(waiting)
    doors.contact("secret-person", address="90210", attributes={"name": "Секретная Анна"})
    doors.enroll(made, "secret-person")
    doors.advance("PT1M")
    assert doors.call("DELETE", "/v1/contacts/secret-person") == {"erased": True}
    problem(doors.http.get("/v1/contacts/secret-person"), 404, "not_found")
    problem(doors.http.delete("/v1/contacts/secret-person"), 404, "not_found")
    assert doors.call("GET", "/v1/contacts", params={"search": "секретная"})["items"] == []
    funnel = doors.funnel(made)
    assert (funnel["entered"], funnel["inside"], funnel["exited"]) == (1, 0, {"erased": 1})
    everything = str(doors.call("GET", "/v1/deliveries", params={"journey": made}))
    assert "90210" not in everything
    assert "secret-person" not in everything
    with doors.project.database.read() as connection:
        assert list(violations(connection)) == []
