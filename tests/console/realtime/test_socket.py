"""The socket through the whole ASGI application: origin, session, topics, access."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from console.errors import Unavailable
from console.realtime import connection as connection_module
from console.realtime import consumer, topics
from console.realtime.hub import hub
from console.realtime.topics import Opened, Params, text_param
from tenants import access
from tenants.models import Membership, Tenant, User
from tests.websocket import Socket, connected, headers_of

pytestmark = pytest.mark.django_db(transaction=True)


class ToyTopic:
    """Facts about a tenant, as the real topics do it."""

    name = "toy"

    def __init__(self) -> None:
        self.started: list[threading.Event] = []
        self.broken = False

    def open(self, user: Any, params: Params) -> Opened:
        if self.broken:
            raise Unavailable("The backend is away.")
        if params.get("crash"):
            raise ValueError("secret detail")
        tenant = access.tenant_for(user, text_param(params, "tenant"))
        if params.get("source"):
            return Opened(f"toy-log.{tenant.pk}", history=10, source=self.run)
        return Opened(f"toy.{tenant.pk}")

    def run(self, emit: topics.Emit, stopping: threading.Event) -> None:
        self.started.append(stopping)
        emit("line", "hello")
        stopping.wait(10)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(topics, "_topics", {})
    monkeypatch.setattr(consumer, "RECHECK_SECONDS", 0.1)
    toy = ToyTopic()
    topics.register(toy)
    yield toy
    hub.close()


async def subscribe(socket: Socket, subscription_id: str) -> None:
    await socket.subscribe(subscription_id, "toy", tenant="team-a")
    await socket.settle()


async def test_strangers_are_refused_before_accept() -> None:
    socket = Socket(headers_of(None))

    assert not await socket.open()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://testserver.evil.example", "null", None]
)
async def test_a_foreign_origin_is_refused_before_accept(alice: User, origin: str | None) -> None:
    socket = Socket(await sync_to_async(headers_of)(alice, origin))

    assert not await socket.open()


async def test_another_address_is_refused(alice: User) -> None:
    socket = Socket(await sync_to_async(headers_of)(alice), path="/ws/other")

    assert not await socket.open()


async def test_a_member_hears_facts_in_sequence(alice: User, team_a: Tenant) -> None:
    async with connected(alice) as socket:
        await subscribe(socket, "7")

        hub.publish(f"toy.{team_a.pk}", "workload-changed", {"name": "web"})
        hub.publish(f"toy.{team_a.pk}", "workload-gone", {"name": "web"})

        assert await socket.receive() == {
            "id": "7",
            "seq": 1,
            "event": "workload-changed",
            "data": {"name": "web"},
        }
        assert (await socket.receive())["seq"] == 2


async def test_a_page_learns_that_it_was_made_before_the_last_fact(
    alice: User, team_a: Tenant
) -> None:
    began = time.time_ns() // 1_000_000
    hub.publish(f"toy.{team_a.pk}", "early", {})
    async with connected(alice) as socket:
        await subscribe(socket, "facts")
        await socket.settle()

    assert socket.heard["facts"] >= began


async def test_an_outsider_learns_nothing(charlie: User, team_a: Tenant) -> None:
    async with connected(charlie) as socket:
        await socket.subscribe("1", "toy", tenant="team-a")
        foreign = await socket.receive()
        await socket.subscribe("1", "toy", tenant="nowhere")
        missing = await socket.receive()

        assert foreign["event"] == missing["event"] == "error"
        assert foreign["data"]["code"] == missing["data"]["code"] == "not-found"
        assert foreign["data"]["message"] == missing["data"]["message"].replace("nowhere", "team-a")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"op": "subscribe", "id": "1", "topic": "no-such-topic"}, "not-found"),
        ({"op": "subscribe", "id": "1", "topic": "toy", "params": {}}, "invalid"),
        ({"op": "subscribe", "id": "1", "topic": "toy", "params": {"tenant": 7}}, "invalid"),
        ({"op": "subscribe", "id": "", "topic": "toy"}, "invalid"),
        ({"op": "subscribe", "id": "x" * 65, "topic": "toy"}, "invalid"),
        ({"op": "shout", "id": "1"}, "invalid"),
        ({"op": "ping", "unknown": True}, "invalid"),
        ([1, 2], "invalid"),
    ],
)
async def test_frames_that_make_no_sense_are_answered(alice: User, frame: Any, code: str) -> None:
    async with connected(alice) as socket:
        await socket.send(frame)
        assert (await socket.receive())["data"]["code"] == code

        await socket.send({"op": "ping", "id": "still here"})
        assert (await socket.receive())["id"] == "still here"


async def test_a_fault_in_a_topic_is_an_error_without_details(alice: User) -> None:
    async with connected(alice) as socket:
        await socket.subscribe("1", "toy", tenant="team-a", crash=True)
        frame = await socket.receive()

    assert frame["event"] == "error"
    assert "secret detail" not in str(frame)


async def test_frames_that_are_too_big_or_binary_end_the_socket(alice: User) -> None:
    for data in ({"text": "x" * (consumer.MAX_FRAME + 1)}, {"text": None, "bytes": b"\x00"}):
        socket = Socket(await sync_to_async(headers_of)(alice))
        await socket.open()

        await socket.asgi.send_input({"type": "websocket.receive", **data})

        assert await socket.closed() == consumer.TOO_BIG
        await socket.close()


async def test_subscriptions_of_a_socket_are_bounded(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "MAX_SUBSCRIPTIONS", 2)
    async with connected(alice) as socket:
        await subscribe(socket, "1")
        await subscribe(socket, "2")
        await socket.subscribe("3", "toy", tenant="team-a")
        assert (await socket.receive())["data"]["code"] == "refused"

        await socket.send({"op": "unsubscribe", "id": "1"})
        await subscribe(socket, "3")
        await subscribe(socket, "3")
        assert hub.counts()["subscriptions"] == 2


async def test_unsubscribing_and_leaving_end_everything(alice: User, team_a: Tenant) -> None:
    async with connected(alice) as socket:
        await subscribe(socket, "1")
        await subscribe(socket, "2")
        await socket.send({"op": "unsubscribe", "id": "1"})
        await socket.settle()
        hub.publish(f"toy.{team_a.pk}", "fact", {})
        assert (await socket.receive())["id"] == "2"
        assert await socket.nothing()

    assert hub.counts()["subscriptions"] == 0


async def test_a_source_starts_with_its_first_reader_and_greets_the_second(
    alice: User, vera: User, toy: ToyTopic
) -> None:
    async with connected(alice) as first, connected(vera) as second:
        await first.subscribe("1", "toy", tenant="team-a", source=True)
        assert (await first.receive())["data"] == "hello"
        await second.subscribe("1", "toy", tenant="team-a", source=True)
        assert (await second.receive())["data"] == "hello"

    assert len(toy.started) == 1


async def test_a_removed_member_loses_the_subscription_and_keeps_the_socket(
    bob: User, team_a: Tenant
) -> None:
    async with connected(bob) as socket:
        await subscribe(socket, "1")

        await Membership.objects.filter(user=bob).adelete()

        frame = await socket.receive()
        assert (frame["id"], frame["event"]) == ("1", "error")
        assert frame["data"]["code"] == "not-found"
        hub.publish(f"toy.{team_a.pk}", "fact", {})
        await socket.settle()


async def test_a_disabled_user_loses_the_socket(bob: User) -> None:
    async with connected(bob) as socket:
        await User.objects.filter(pk=bob.pk).aupdate(is_active=False)

        assert await socket.closed() == consumer.SIGNED_OUT


async def test_a_new_password_ends_the_socket(bob: User) -> None:
    async with connected(bob) as socket:
        bob.set_password("another-password-of-bob")
        await bob.asave()

        assert await socket.closed() == consumer.SIGNED_OUT


async def test_signing_out_ends_the_socket(bob: User) -> None:
    from django.contrib.sessions.models import Session

    async with connected(bob) as socket:
        await Session.objects.all().adelete()

        assert await socket.closed() == consumer.SIGNED_OUT


async def test_a_backend_that_is_away_does_not_take_access(
    bob: User, team_a: Tenant, toy: ToyTopic
) -> None:
    async with connected(bob) as socket:
        await subscribe(socket, "1")
        toy.broken = True
        await asyncio.sleep(0.3)

        hub.publish(f"toy.{team_a.pk}", "fact", {})

        assert (await socket.receive())["event"] == "fact"


async def test_a_check_that_breaks_ends_the_socket(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(bob) as socket:

        def fail(_self: object) -> None:
            raise OSError("database is away")

        monkeypatch.setattr(connection_module.Connection, "recheck", fail)

        assert await socket.closed() == consumer.TRY_AGAIN
