"""Requests to Services: what they say when they fail, and connections without a replica."""

from __future__ import annotations

import socket

import pytest

from console.cluster.errors import Invalid, NotFound, Unavailable
from console.cluster.protocol import CONSOLE, ProxyRequest
from tests.contracts.programs import Programs, deployment, service
from tests.contracts.space import Space

MUTE = """
import os, socket, time
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    connection, _ = server.accept()
    request = connection.recv(9999)
    if b"GET /slow" in request:
        for _ in range(100):
            connection.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n" if _ == 0 else b"x")
            time.sleep(0.05)
    elif b"GET /nothing" in request:
        time.sleep(5)
    connection.close()
"""


@pytest.fixture
def mute(space: Space, programs: Programs) -> Space:
    """Return a Namespace with a Service whose replica hardly answers."""
    container = programs.python(MUTE)
    container |= {
        "ports": [{"containerPort": 8080}],
        "env": [{"name": "PORT", "value": "8080"}],
        "readinessProbe": {"tcpSocket": {"port": 8080}},
    }
    space.apply(deployment("web", container))
    space.apply(service("web"))
    space.until_ready("web", 1)
    return space


def test_failures_name_the_pod(mute: Space) -> None:
    pod = mute.pods("web")[0].metadata.name
    with pytest.raises(Unavailable, match=pod):
        mute.send("web", "/closed")
    with pytest.raises(Unavailable, match=r"within 0\.3 s"):
        mute.send("web", "/slow", timeout=0.3)


def test_requests_that_cannot_be_sent(mute: Space) -> None:
    with pytest.raises(NotFound):
        mute.send("web", port=81)
    for request in (
        ProxyRequest("GET", "no-slash"),
        ProxyRequest("GET", "/", {"X": "a\r\nb"}),
        ProxyRequest("GET", "/", {"X": "漢"}),
        ProxyRequest("BAD METHOD", "/"),
    ):
        with pytest.raises(Invalid):
            mute.cluster.proxy("team-a", "web", request, actor=CONSOLE)


def test_why_nothing_is_ready(space: Space, programs: Programs) -> None:
    space.apply(deployment("web", programs.without_image(), replicas=2))
    space.apply(service("web"))
    space.until_container(
        "web", lambda item: bool(item.state.waiting and "BackOff" in item.state.waiting.reason)
    )
    with pytest.raises(Unavailable, match=r"none of its 2 pods is ready \(ImagePullBackOff"):
        space.send("web")


def test_a_listener_without_replicas_closes(space: Space) -> None:
    space.apply(service("web"))
    space.until("Service", lambda items: space.get("Service", "web").get("status"))
    ingress = space.get("Service", "web")["status"]["loadBalancer"]["ingress"][0]
    address = (ingress["ip"], ingress["ports"][0]["port"])
    with socket.create_connection(address, timeout=5) as connection:
        assert connection.recv(1) == b""
    space.delete("Service", "web")
    space.apply({**service("web"), "spec": {"ports": [{"port": 81}]}})

    def moved(_: object) -> bool:
        status = space.get("Service", "web").get("status")
        return bool(status and status["loadBalancer"]["ingress"][0]["ports"])

    space.until("Service", moved)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(address, timeout=5)
