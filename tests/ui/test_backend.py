"""The client of the API against a real socket: paging, revisions, problems, patience, keys."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.ui.pretend_api import served
from tests.ui.pretend_data import welcome
from tests.ui.pretend_world import Problem, World
from ui.backend import Backend, everything
from ui.trouble import Conflict, Missing, Refused, Rejected, Slow, Unreachable, from_answer
from ui.wire import Key, Wire, key_from_environment

NOWHERE = Path("/nonexistent/key")


OPEN: list[Backend] = []


def client(url: str, pauses: tuple[float, ...] = (0.01,)) -> Backend:
    OPEN.append(Backend(Wire(url, Key("secret", NOWHERE), pauses=pauses)))
    return OPEN[-1]


@pytest.fixture(autouse=True)
def given_back() -> Iterator[None]:
    """Connections are closed after each test."""
    yield
    while OPEN:
        OPEN.pop().close()


def test_all_pages_of_a_list_come_in_order(api: str) -> None:
    ids = [one["external_id"] for one in everything(lambda **asked: client(api).contacts(limit=25, **asked))]
    assert ids == [f"c{number}" for number in range(60)]


def test_a_draft_is_saved_over_the_revision_that_was_read(api: str, world: World) -> None:
    draft = client(api).draft("hello")
    assert client(api).save_draft("hello", draft.document, draft.revision) == "2"
    with pytest.raises(Conflict) as stale:
        client(api).save_draft("hello", draft.document, draft.revision)
    assert stale.value.status == 412
    assert world.journeys["hello"]["revision"] == 2


def test_what_is_sent_is_what_the_contract_names(api: str, world: World) -> None:
    api_client = client(api)
    made = api_client.create_journey(welcome())
    api_client.enroll(made["id"], ["c1", "nobody"], "key-1")
    api_client.act(made["id"], "stop", {"inside": "eject"})
    sent = [(method, path, body) for method, path, body in world.calls if method == "POST"]
    assert sent == [
        ("POST", "/v1/journeys", welcome()),
        ("POST", f"/v1/journeys/{made['id']}/enrollments", {"contacts": ["c1", "nobody"]}),
        ("POST", f"/v1/journeys/{made['id']}/stop", {"inside": "eject"}),
    ]


def test_ids_are_quoted_in_paths(api: str, world: World) -> None:
    with pytest.raises(Missing):
        client(api).contact("a/b ?")
    assert world.calls[-1][1].startswith("/v1/contacts/a")
    assert world.calls[-1][1].endswith(("?", "%3F"))


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Refused), (403, Refused), (404, Missing), (409, Conflict), (422, Rejected)]
)
def test_problem_details_become_trouble_with_fields(api: str, world: World, status: int, kind: type[Exception]) -> None:
    errors = [{"field": "contacts.0.timezone", "reason": "no such zone"}]
    world.broken["/v1/channels"] = Problem(status, "Not valid", "Look here.", errors=errors)
    with pytest.raises(kind) as raised:
        client(api).channels()
    assert raised.value.title == "Not valid"  # type: ignore[attr-defined]
    assert raised.value.fields[0].path == "contacts.0.timezone"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "body",
    [
        None,
        "words",
        [1],
        {"detail": {"deep": 1}},
        {"title": 7},
        {"errors": "no"},
        {"detail": [{"loc": ["a", 0], "msg": "m"}]},
    ],
)
def test_any_error_body_is_survived(body: object) -> None:
    trouble = from_answer(418, body)
    assert trouble.title
    assert trouble.status == 418


def test_publish_problems_name_step_exit_and_what_to_do() -> None:
    listed = [
        {"node": "hello", "exit": "sent", "path": None, "text": "The exit sent leads nowhere.", "fix": "Connect sent."}
    ]
    field = from_answer(422, {"title": "No", "problems": listed}).fields[0]
    assert (field.path, field.reason, field.fix) == ("hello.sent", "The exit sent leads nowhere.", "Connect sent.")


def test_nobody_listening_is_unreachable(silence: str) -> None:
    with pytest.raises(Unreachable):
        client(silence).channels()


def test_an_api_that_starts_meanwhile_is_reached() -> None:
    port = free_port()
    started = threading.Event()

    def late() -> None:
        time.sleep(0.2)
        with served(World(), port):
            started.wait(5)

    thread = threading.Thread(target=late)
    thread.start()
    patient = client(f"http://127.0.0.1:{port}", pauses=(0.1,) * 30)
    try:
        assert len(patient.channels()) == 2
    finally:
        started.set()
        thread.join()


def test_an_api_that_never_answers_is_slow() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        wire = Wire(f"http://127.0.0.1:{deaf.getsockname()[1]}", Key("k", NOWHERE), patience=0.2)
        with pytest.raises(Slow):
            wire.ask("GET", "/v1/channels")
        wire.close()


def test_the_key_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "ui"
    key = key_from_environment({"TROPA_HOME": str(tmp_path)})
    assert key.value() == ""
    file.parent.mkdir()
    file.write_text("first\n", encoding="utf-8")
    assert key.value() == "first"
    file.write_text("second\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert key.value() == "second"


def test_the_environment_is_stronger_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ui").write_text("file", encoding="utf-8")
    assert key_from_environment({"TROPA_HOME": str(tmp_path), "TROPA_UI_KEY": "given"}).value() == "given"


def test_no_sandbox_is_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(World(sandbox=False)) as url:
        assert client(url).clock() is None
