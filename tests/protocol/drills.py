"""Short exercises of the sending protocol: each ends in an AssertionError if the rule that it is about is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from engine.answers import Outcome, Unsent, commit
from engine.evidence import EVIDENCE
from store import counters
from store.sql import run
from tests.protocol.box import PATIENCE, Box

#: One person on each messenger is enough.
ANN, BOB = ("telegram", "1001"), ("whatsapp", "79990000001")
TELEGRAM, WHATSAPP = f"{ANN[0]}-{ANN[1]}", f"{BOB[0]}-{BOB[1]}"
OVER = EVIDENCE + timedelta(minutes=1)


def asked(box: Box, name: str, *answers: str, lost: bool = False) -> None:
    """Send somebody on the way, up to the question."""
    box.enroll(name)
    box.move()
    box.send(*answers, lost=lost)


def nothing_is_said_twice(box: Box) -> None:
    """Each message came to a phone once at most, and the books are right."""
    assert [place for place, times in box.accepted().items() if times > 1] == []
    assert box.violations() == []


def the_window_counts_healthy_time(box: Box) -> None:
    """While nobody receives webhooks, silence says nothing: the message is not sent again."""
    asked(box, WHATSAPP, "timeout_accepted")
    box.receiving = False
    box.tick(OVER)
    box.keep_house()
    assert box.state(WHATSAPP) == "unknown"
    box.send()
    box.receiving = True
    while box.deliver():
        box.read_mail()
    assert box.state(WHATSAPP) == "read"
    nothing_is_said_twice(box)


def sending_is_committed_before_a_byte_leaves(box: Box) -> None:
    """An engine that dies with the bytes out leaves its claim behind."""
    asked(box, TELEGRAM, lost=True)
    assert box.violations() == []
    assert box.state(TELEGRAM) == "sending"


def a_late_answer_of_an_earlier_attempt_changes_nothing(box: Box) -> None:
    """What the first attempt's engine says at last is not about the second."""
    asked(box, WHATSAPP, "500")
    box.tick(OVER)
    box.keep_house()
    box.claim_and_die()
    (delivery, attempt) = box.all_of("SELECT id, attempt FROM delivery WHERE state = 'sending'")[0]
    late = Outcome(delivery_id=delivery, attempt=attempt - 1, answer=Unsent("no route"))
    box.transact(lambda connection: commit(box.project, connection, [late]))
    assert box.state(WHATSAPP) == "sending"


def a_repeated_webhook_is_stored_once(box: Box) -> None:
    """The messenger repeats what it is not sure of."""
    asked(box, TELEGRAM)
    box.press(TELEGRAM, "yes")
    box.deliver(keep=True)
    box.read_mail()
    box.deliver()
    box.work()
    assert box.all_of("SELECT count(*) FROM inbox") == [(1,)]
    assert box.all_of("SELECT count(*) FROM reply") == [(1,)]
    nothing_is_said_twice(box)


def a_webhook_that_is_not_on_disk_is_not_acknowledged(box: Box) -> None:
    """A full disk must not eat what the messenger believes to be delivered."""
    asked(box, TELEGRAM)
    box.press(TELEGRAM, "yes")
    refuse = "CREATE TRIGGER full_disk BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'full'); END"
    box.transact(lambda connection: run(connection, refuse))
    with pytest.raises(Exception, match="full"):
        box.deliver()
    box.transact(lambda connection: run(connection, "DROP TRIGGER full_disk"))


def an_expired_lease_is_unknown(box: Box) -> None:
    """Whoever died may have sent it: marketing is not sent again, however long it is silent."""
    asked(box, TELEGRAM, lost=True)
    box.leases_run_out()
    box.keep_house()
    box.send()
    box.tick(OVER)
    box.work()
    assert box.state(TELEGRAM) == "unresolved"
    nothing_is_said_twice(box)


def stop_is_obeyed_at_the_claim(box: Box) -> None:
    """What was planned before the word does not go out after it."""
    box.enroll(TELEGRAM)
    box.move()
    box.messenger.says(*ANN, "СТОП")
    box.deliver()
    box.send()
    box.work()
    assert box.accepted() == {}
    assert box.state(TELEGRAM) == "suppressed"
    assert box.violations() == []


def a_server_error_is_not_a_no(box: Box) -> None:
    """The message may be out although the server broke."""
    asked(box, TELEGRAM, "500_accepted")
    assert box.state(TELEGRAM) == "unknown"
    box.tick(timedelta(minutes=1))
    box.work()
    nothing_is_said_twice(box)


def a_reply_before_the_deadline_wins(box: Box) -> None:
    """The mover looks at the deadline first, the press was there before it."""
    asked(box, TELEGRAM)
    box.tick(PATIENCE)
    box.press(TELEGRAM, "yes")
    box.deliver()
    box.tick(timedelta(minutes=1))
    box.move()
    box.read_mail()
    box.work()
    assert box.trips()[TELEGRAM][0] == "completed"
    assert box.accepted()[TELEGRAM, f"Thank you, {TELEGRAM}"] == 1


def counters_are_folded_once(box: Box) -> None:
    """What was added is gone from what is to be added."""
    asked(box, TELEGRAM)
    for _ in range(2):
        box.transact(counters.fold)
    assert box.violations() == []


def receipts_never_go_back(box: Box) -> None:
    """«Read» comes before «delivered»."""
    asked(box, WHATSAPP)
    for place in (2, 0, 0):
        box.deliver(place)
        box.read_mail()
    assert box.state(WHATSAPP) == "read"
    assert box.violations() == []


def a_receipt_may_come_before_the_answer(box: Box) -> None:
    """The messenger tells that it was read before it answers our request."""
    box.messenger.meanwhile = lambda: (box.deliver(2), box.read_mail())
    asked(box, WHATSAPP)
    assert box.state(WHATSAPP) == "read"
    assert box.trips()[WHATSAPP][2] == "answer"
    while box.deliver():
        box.read_mail()
    assert box.state(WHATSAPP) == "read"
    nothing_is_said_twice(box)


def a_window_opens_when_the_webhook_is_stored(box: Box) -> None:
    """Who has written may be written to, though the inbox is not processed yet."""
    box.transact(lambda connection: run(connection, "UPDATE address SET last_inbound_at = NULL"))
    box.messenger.says(*BOB, "good morning")
    box.deliver()
    asked(box, WHATSAPP)
    assert box.state(WHATSAPP) == "accepted"


def a_wait_that_is_told_early_is_kept(box: Box) -> None:
    """429 is a definite «not now»: the message waits as long as was asked, and goes out once."""
    asked(box, TELEGRAM, "429")
    box.send()
    assert box.accepted() == {}
    box.tick(timedelta(seconds=6))
    box.work()
    assert box.state(TELEGRAM) == "accepted"
    nothing_is_said_twice(box)


def a_paused_journey_sends_nothing(box: Box) -> None:
    """What was planned before the pause waits for the end of it."""
    box.enroll(TELEGRAM)
    box.move()
    box.pause("telegram")
    box.send()
    assert box.accepted() == {}
    box.pause("telegram", going=True)
    box.tick(timedelta(minutes=2))
    box.work()
    assert box.state(TELEGRAM) == "accepted"
    nothing_is_said_twice(box)


DRILLS: Mapping[str, Callable[[Box], None]] = {
    drill.__name__: drill
    for drill in (
        the_window_counts_healthy_time,
        sending_is_committed_before_a_byte_leaves,
        a_late_answer_of_an_earlier_attempt_changes_nothing,
        a_repeated_webhook_is_stored_once,
        a_webhook_that_is_not_on_disk_is_not_acknowledged,
        an_expired_lease_is_unknown,
        stop_is_obeyed_at_the_claim,
        a_server_error_is_not_a_no,
        a_reply_before_the_deadline_wins,
        counters_are_folded_once,
        receipts_never_go_back,
        a_receipt_may_come_before_the_answer,
        a_window_opens_when_the_webhook_is_stored,
        a_wait_that_is_told_early_is_kept,
        a_paused_journey_sends_nothing,
    )
}
