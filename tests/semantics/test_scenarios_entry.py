"""Black-box stories known from other engines' own tests: entering, and times; where ours differs, it is said."""

from __future__ import annotations

from tests.semantics.stories import line, sent, step
from tests.town import Town


def test_s01_an_event_makes_one_trip_that_can_read_it(place: Town) -> None:
    """A peer lets a journey be an entry alone; ours needs a step, which reads the event's property."""
    copy = step("copy", "update", set={"colour": "{{ event.colour }}"})
    journey = place.publish(line(copy, entry={"event": "purchased gourd"}))
    place.track("ann", "purchased gourd", colour="yellow")
    place.advance("PT1M")
    assert place.funnel(journey)["entered"] == 1
    assert place.call("GET", "/v1/contacts/ann")["attributes"] == {"colour": "yellow"}


def test_s06_and_s07_twice_if_allowed_once_if_not(place: Town) -> None:
    """A peer's second attempt ends without a word; ours is counted with its reason."""
    place.contact("ann")
    journeys = {
        mode: place.publish(line(step("hello", "send", text=mode), entry={"event": "go"}, reentry={"mode": mode}))
        for mode in ("after_exit", "never")
    }
    for _ in range(2):
        place.track("ann", "go")
        place.advance("PT1M")
    assert sorted(sent(place)) == ["after_exit", "after_exit", "never"]
    assert place.funnel(journeys["never"])["skipped"] == {"already_taken": 1}


def test_s10_a_keyed_entry_is_once_per_key(place: Town) -> None:
    place.contact("ann")
    reentry = {"mode": "never", "key": "appointmentId"}
    place.publish(line(step("hello", "send", text="Booked"), entry={"event": "APPOINTMENT_UPDATE"}, reentry=reentry))
    for message in ("m1", "m2"):
        place.track("ann", "APPOINTMENT_UPDATE", message, appointmentId="appointment-1")
        place.advance("PT1M")
    assert sent(place) == ["Booked"]
    place.track("ann", "APPOINTMENT_UPDATE", "m3", appointmentId="appointment-2")
    place.advance("PT1M")
    assert sent(place) == ["Booked", "Booked"]


def test_s15_and_s16_a_wait_parks_and_goes_on_at_the_next(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("d1", "wait", for_="PT1H"), step("d2", "wait", for_="PT1H")))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    first = place.trip(journey, "ann")
    assert (first["node"], first["status"], first["due_at"]) == ("d1", "waiting", "2040-01-09T13:00:00Z")
    place.advance("PT1H")
    second = place.trip(journey, "ann")
    assert (place.path(journey, "ann"), second["due_at"]) == ("d1→d2…", "2040-01-09T14:00:00Z")


def test_s18_until_the_local_hour_in_the_journeys_zone(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("nine", "wait", local_time="09:00"), timezone="America/New_York"))
    place.enroll(journey, "ann")
    place.advance("P2D")
    assert place.trip(journey, "ann")["ended_at"] == "2040-01-09T14:00:00Z"


def test_s19_until_a_date_of_the_event_less_a_day(place: Town) -> None:
    place.contact("ann")
    day_before = step("rest", "wait", until_attribute="event.appointmentDate", offset="-P1D")
    journey = place.publish(line(day_before, step("hello", "send", text="Tomorrow"), entry={"event": "booked"}))
    place.track("ann", "booked", appointmentDate="2040-01-11T12:00:00Z")
    place.advance("PT5S")
    assert sent(place) == []
    place.advance("P1D")
    assert sent(place) == ["Tomorrow"]
    assert place.trip(journey, "ann")["status"] == "completed"


def test_s24_a_window_the_wrong_way_round_crosses_midnight(place: Town) -> None:
    """A peer swaps the ends of 10:00–08:00; here it is the whole day but two hours."""
    place.contact("ann")
    place.freeze("2040-01-10T08:30:00Z")
    journey = place.publish(line(step("rest", "wait", window={"start": "10:00", "end": "08:00"})))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-01-10T10:00:00Z"
    place.contact("bob", address="778")
    place.freeze("2040-01-10T12:00:00Z")
    place.enroll(journey, "bob")
    place.advance("PT1S")
    assert place.trip(journey, "bob")["status"] == "completed"


def test_s25_allowed_weekdays_and_none_means_any(place: Town) -> None:
    place.contact("ann")
    place.freeze("2040-01-15T08:00:00Z")  # A Sunday.
    windows = {"wed_fri": ["wed", "fri"], "sun": ["sun"], "any": []}
    told = {}
    for name, days in windows.items():
        journey = place.publish(line(step("rest", "wait", window={"start": "08:00", "end": "10:00", "weekdays": days})))
        place.enroll(journey, "ann")
        place.advance("PT1S")
        told[name] = place.trip(journey, "ann")["due_at"]
    assert told == {"wed_fri": "2040-01-18T08:00:00Z", "sun": None, "any": None}


def test_s27_a_window_in_the_contacts_zone(place: Town) -> None:
    place.contact("ann", timezone="America/New_York")
    place.freeze("2040-10-19T09:00:00Z")
    journey = place.publish(line(step("rest", "wait", window={"start": "08:00", "end": "10:00"})))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-10-19T12:00:00Z"


def test_s30_daylight_saving_does_not_drift(place: Town) -> None:
    place.contact("ann", timezone="America/New_York")
    place.freeze("2040-10-25T17:00:00Z")
    journey = place.publish(
        line(step("rest", "wait", for_="P15D"), step("day", "wait", window={"start": "08:00", "end": "20:00"}))
    )
    place.enroll(journey, "ann")
    place.advance("P16D")
    assert place.trip(journey, "ann")["ended_at"] == "2040-11-09T17:00:00Z"


def test_s31_an_hour_of_day_that_has_gone_is_tomorrows(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("rest", "wait", local_time="11:00")))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-01-10T11:00:00Z"
