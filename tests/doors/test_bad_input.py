"""Bad input at every door: a clear problem that names the field, nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from engine.settings import Settings
from tests.doors.asking import journey, problem
from tests.town import Town


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/v1/contacts"), ("POST", "/v1/journeys"), ("POST", "/v1/track"), ("POST", "/v1/batch")],
)
@pytest.mark.parametrize("raw", [b"{", b"", b"\xff\xfe", b'{"a": 1,}'])
def test_malformed_json(doors: Town, method: str, path: str, raw: bytes) -> None:
    answer = doors.http.request(method, path, content=raw, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("malformed_json", "not_valid")


@pytest.mark.parametrize("raw", [b"[1]", b'"x"', b"7", b"null", b"[" * 5000])
def test_json_of_another_shape(doors: Town, raw: bytes) -> None:
    for path in ("/v1/track", "/v1/batch", "/v1/journeys"):
        answer = doors.http.post(path, content=raw, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, (path, answer.text)


def test_a_body_past_the_limit_is_refused_before_it_is_read(doors: Town) -> None:
    answer = doors.http.put("/v1/contacts", content=b"x" * 50_000_000)
    assert problem(answer, 413, "too_large")["detail"].startswith("The body is larger than")

    def endless() -> Iterator[bytes]:
        for _ in range(50):
            yield b"x" * 1_000_000

    try:
        answer = doors.http.put("/v1/contacts", content=endless())
    except httpx.WriteError:
        return  # Refused while it was still being sent.
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("header", "code"),
    [({}, "no_key"), ({"Authorization": "Bearer wrong"}, "wrong_key"), ({"Authorization": "Basic !!"}, "no_key")],
)
def test_without_a_known_key_nothing_opens(doors: Town, header: dict[str, str], code: str) -> None:
    for method, path in (
        ("GET", "/v1/contacts"),
        ("PUT", "/v1/contacts"),
        ("GET", "/sandbox/clock"),
        ("GET", "/v1/keys"),
    ):
        answer = httpx.request(method, f"{doors.api.url}{path}", headers=header, trust_env=False)
        problem(answer, 401, code)


def test_an_intake_key_only_reports(doors: Town) -> None:
    key = doors.call("POST", "/v1/keys", json={"name": "shop", "role": "intake"})["key"]
    with httpx.Client(base_url=doors.api.url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as shop:
        assert shop.post("/v1/track", json={"userId": "ann", "event": "seen"}).status_code == 200
        problem(shop.get("/v1/contacts"), 403, "intake_only")
        problem(shop.post("/v1/keys", json={"name": "more"}), 403, "intake_only")


def test_every_v1_door_needs_a_key(doors: Town) -> None:
    schema = httpx.get(f"{doors.api.url}/openapi.json", trust_env=False).json()
    for path, methods in schema["paths"].items():
        if not path.startswith(("/v1", "/sandbox")):
            continue
        for method in methods:
            concrete = path.replace("{", "").replace("}", "")
            answer = httpx.request(method.upper(), f"{doors.api.url}{concrete}", json={}, trust_env=False)
            assert answer.status_code in (401, 422), f"{method} {path}: {answer.status_code}"
            assert "items" not in answer.text


def test_contacts_that_are_broken_are_told_and_the_rest_go_in(doors: Town) -> None:
    sent = [
        {"external_id": "good", "attributes": {"city": "Казань"}},
        {"external_id": ""},
        {"external_id": "zone", "timezone": "UTC2"},
        {"external_id": "place", "addresses": [{"channel": "pigeon", "address": "1"}]},
        {"external_id": "more", "unknown": 1},
        "not an object",
        {"external_id": "also-good"},
    ]
    answer = doors.call("PUT", "/v1/contacts", json={"contacts": sent})
    assert (answer["created"], answer["updated"]) == (2, 0)
    assert [(each["index"], each["field"]) for each in answer["rejected"]] == [
        (1, "external_id"),
        (2, "timezone"),
        (3, "addresses.0.channel"),
        (4, "unknown"),
        (5, ""),
    ]
    assert "Europe/Moscow" in answer["rejected"][1]["reason"]
    assert doors.call("GET", "/v1/contacts/good")["attributes"] == {"city": "Казань"}
    doors.call("GET", "/v1/contacts/zone", 404)


@pytest.mark.parametrize(
    ("change", "node", "says"),
    [
        ({"nodes.0.kind": "teleport"}, "hello", "No kind of step is called 'teleport'"),
        ({"nodes.0.settings.colour": "red"}, "hello", "There is no setting colour"),
        ({"nodes.0.settings.text": "{{ contact.name"}, "hello", "Line 1"),
        ({"nodes.0.settings.text": "{{ 'a' * 10**9 }}"}, "hello", "cannot be used"),
        ({"nodes.0.settings.text": "{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}"}, "hello", ""),
        ({"edges.0.target": "nowhere"}, "hello", "which does not exist"),
        ({"edges.0.key": "later"}, "hello", "There is no exit later"),
        ({"graph.timezone": "Mars/Olympus"}, None, "no time zone"),
    ],
)
def test_a_journey_that_may_not_run_is_saved_and_not_published(
    doors: Town, change: dict[str, Any], node: str | None, says: str
) -> None:
    document: Any = journey()
    for path, value in change.items():
        place: Any = document
        *parents, last = path.split(".")
        for part in parents:
            place = place[int(part)] if part.isdigit() else place[part]
        place[last] = value
    made = doors.call("POST", "/v1/journeys", json=document)
    assert made["problems"]
    refused = problem(doors.http.post(f"/v1/journeys/{made['id']}/publish"), 422, "journey_has_problems")
    named = [each for each in refused["problems"] if each["node"] == node and says.lower() in each["text"].lower()]
    assert named, refused["problems"]
    assert all(each["fix"] for each in refused["problems"])
    assert doors.call("GET", f"/v1/journeys/{made['id']}")["status"] == "draft"


def test_nobody_enters_what_is_not_live(doors: Town) -> None:
    doors.contact("waiting")
    made = doors.call("POST", "/v1/journeys", json=journey())
    answer = doors.enroll(made["id"], "waiting", "nobody")
    assert answer["enrolled"] == 0
    assert {each["contact"]: each["reason"] for each in answer["skipped"]} == {
        "waiting": "journey_not_live",
        "nobody": "unknown_contact",
    }
    problem(doors.http.post("/v1/journeys/j_none/enrollments", json={"contacts": ["waiting"]}), 404, "not_found")
    problem(doors.http.post(f"/v1/journeys/{made['id']}/enrollments", json={"contacts": []}), 422, "not_valid")


def test_drafts_are_saved_over_the_revision_that_was_read(doors: Town) -> None:
    made = doors.call("POST", "/v1/journeys", json=journey())
    door = f"/v1/journeys/{made['id']}/draft"
    body = {"document": journey(text="Changed")}
    problem(doors.http.put(door, json=body), 428, "revision_needed")
    problem(doors.http.put(door, json=body, headers={"If-Match": "soon"}), 422, "not_valid")
    saved = doors.http.put(door, json=body, headers={"If-Match": '"1"'})
    assert saved.json()["revision"] == 2
    problem(
        doors.http.put(door, json={"document": journey(text="Late")}, headers={"If-Match": "1"}), 412, "stale_revision"
    )
    assert doors.call("GET", door)["document"]["nodes"][0]["settings"]["text"] == "Changed"


def test_an_idempotency_key_enrolls_once(doors: Town) -> None:
    doors.contact("once", address="901")
    made = doors.publish(journey(category="service"))
    door, header = f"/v1/journeys/{made}/enrollments", {"Idempotency-Key": "order-7"}
    first = doors.call("POST", door, json={"contacts": ["once"]}, headers=header)
    again = doors.call("POST", door, json={"contacts": ["once"]}, headers=header)
    assert first == again
    assert first["enrolled"] == 1
    other = doors.http.post(door, json={"contacts": ["good"]}, headers=header)
    problem(other, 409, "idempotency_mismatch")
    assert doors.funnel(made)["entered"] == 1


@pytest.mark.parametrize(
    ("channel", "headers"),
    [
        ("telegram", {}),
        ("telegram", {"X-Telegram-Bot-Api-Secret-Token": "wrong"}),
        ("viber", {"X-Viber-Content-Signature": "00"}),
        ("whatsapp", {"X-Hub-Signature-256": "sha256=ё".encode("latin-1", "replace").decode("latin-1")}),
        ("messenger", {}),
    ],
)
def test_a_forged_webhook_has_no_effect(doors: Town, channel: str, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{doors.api.url}/webhooks/{channel}/default", json={"x": 1}, headers=headers, trust_env=False)
    problem(answer, 403, "not_allowed")
    problem(httpx.post(f"{doors.api.url}/webhooks/pigeon/default", json={}, trust_env=False), 404, "not_found")


def test_unknown_places_and_methods(doors: Town) -> None:
    problem(doors.http.get("/v1/nothing"), 404, "not_found")
    problem(doors.http.delete("/v1/journeys"), 405, "method_not_allowed")
    problem(doors.http.get("/v1/contacts", params={"limit": 5000}), 422, "not_valid")
    problem(doors.http.get("/v1/contacts", params={"after": "-1"}), 422, "not_valid")
    problem(doors.http.get("/v1/contacts/nobody"), 404, "not_found")
    problem(doors.http.post("/sandbox/clock/advance", json={"by": "soon"}), 422, "not_valid")
    problem(doors.http.put("/sandbox/clock", json={"now": "2001-01-01T00:00:00Z"}), 409, "conflict")


def test_a_real_installation_has_no_sandbox_doors(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, prefect=False)
    with TestClient(create_app(settings)) as client:
        key = (tmp_path / "keys" / "ui").read_text().strip()
        answer = client.get("/sandbox/clock", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 404
        assert client.get("/livez").status_code == 200
        assert client.get("/readyz").json()["checks"]["engine"] == "not ready"


def test_the_manual_lists_every_door_and_loads_nothing_from_elsewhere(doors: Town) -> None:
    page = httpx.get(f"{doors.api.url}/docs", trust_env=False).text
    schema = httpx.get(f"{doors.api.url}/openapi.json", trust_env=False).json()
    for path, methods in schema["paths"].items():
        assert f"<code>{path}</code>" in page
        for door in methods.values():
            assert door.get("description"), path
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


def test_a_nul_is_refused_where_text_is_kept(doors: Town) -> None:
    raw = b'{"contacts": [{"external_id": "a\\u0000b"}]}'
    problem(doors.http.put("/v1/contacts", content=raw, headers={"content-type": "application/json"}), 422, "not_valid")
    fine = b'{"contacts": [{"external_id": "slashes", "attributes": {"path": "c:\\\\u0000"}}]}'
    answer = doors.http.put("/v1/contacts", content=fine, headers={"content-type": "application/json"})
    assert answer.json()["created"] == 1, answer.text
