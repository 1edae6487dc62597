from __future__ import annotations

import json

from console.realtime.hub import encode
from console.realtime.mailbox import Mailbox, Subscription


class Wakes:
    def __init__(self) -> None:
        self.count = 0
        self.mailbox = Mailbox(self.wake)

    def wake(self) -> None:
        self.count += 1

    def frames(self) -> list[dict[str, object]]:
        return [json.loads(frame) for frame in iter(self.mailbox.take, None)]


def test_frames_carry_id_sequence_event_and_data() -> None:
    wakes = Wakes()
    subscription = Subscription('a"b', wakes.mailbox)

    subscription.put([encode("changed", {"name": "ü"}), encode("gone", {})])

    assert wakes.frames() == [
        {"id": 'a"b', "seq": 1, "event": "changed", "data": {"name": "ü"}},
        {"id": 'a"b', "seq": 2, "event": "gone", "data": {}},
    ]


def test_a_full_queue_drops_the_oldest_and_says_how_many() -> None:
    wakes = Wakes()
    subscription = Subscription("1", wakes.mailbox, max_messages=3)

    for number in range(10):
        subscription.put([encode("n", number)])

    frames = wakes.frames()
    assert frames[0] == {"id": "1", "seq": 7, "event": "skipped", "count": 7}
    assert [(frame["seq"], frame["data"]) for frame in frames[1:]] == [(8, 7), (9, 8), (10, 9)]


def test_a_queue_is_bounded_in_bytes_but_keeps_the_last_message() -> None:
    wakes = Wakes()
    subscription = Subscription("1", wakes.mailbox, max_bytes=1_000)

    for letter in "abc":
        subscription.put([encode("big", letter * 900)])

    skipped, last = wakes.frames()
    assert skipped["count"] == 2
    assert str(last["data"]).startswith("ccc")


def test_the_connection_is_woken_once_for_many_messages() -> None:
    wakes = Wakes()
    first, second = Subscription("1", wakes.mailbox), Subscription("2", wakes.mailbox)

    for number in range(50):
        first.put([encode("n", number)])
        second.put([encode("n", number)])

    assert wakes.count == 1
    assert len(wakes.frames()) == 100
    first.put([encode("n", 0)])
    assert wakes.count == 2


def test_a_busy_subscription_takes_turns_with_others() -> None:
    wakes = Wakes()
    busy, calm = Subscription("busy", wakes.mailbox), Subscription("calm", wakes.mailbox)
    for number in range(20):
        busy.put([encode("n", number)])
    calm.put([encode("n", 0)])

    ids = [frame["id"] for frame in wakes.frames()]

    assert ids.index("calm") == 1


def test_a_closed_subscription_is_silent() -> None:
    wakes = Wakes()
    subscription = Subscription("1", wakes.mailbox)
    subscription.put([encode("n", 1)])

    subscription.close()
    subscription.put([encode("n", 2)])

    assert wakes.frames() == []
