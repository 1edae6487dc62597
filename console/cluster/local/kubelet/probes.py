"""Asks containers whether they have started, are ready, are alive."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from console.cluster.objects import Manifest

MOST_HEAD = 8192
# Until it first succeeds a probe is asked this often, so that a quick start is seen at once.
EAGER_SECONDS = 0.5

Execute = Callable[[list[str], float], Awaitable[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a container is reached: real ports by declared number and name, and commands."""

    ports: Mapping[int | str, int]
    execute: Execute


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a probe; `message` says what was wrong."""

    good: bool
    message: str = ""


class Probe:
    """One probe of one container: asks, counts, and tells when the verdict turns."""

    def __init__(self, spec: Manifest, target: Target) -> None:
        self._spec = spec
        self._target = target
        self._period = float(spec.get("periodSeconds", 10))
        self._needed = {
            True: spec.get("successThreshold", 1),
            False: spec.get("failureThreshold", 3),
        }

    async def run(
        self, verdict: Callable[[bool, str], None], failed: Callable[[str], None]
    ) -> None:
        """Ask until cancelled; `failed` hears of failures that count, `verdict` of each turn."""
        await asyncio.sleep(float(self._spec.get("initialDelaySeconds", 0)))
        count, last, succeeded = 0, None, False
        counted = time.monotonic()
        while True:
            answer = await ask(self._spec, self._target)
            succeeded = succeeded or answer.good
            # Eager questions in between do not count as failures of their own.
            if answer.good or time.monotonic() - counted >= self._period * 0.99:
                counted = time.monotonic()
                count = count + 1 if last == answer.good else 1
                last = answer.good
                if not answer.good:
                    failed(answer.message)
                if count == self._needed[answer.good]:
                    verdict(answer.good, answer.message)
            await asyncio.sleep(self._period if succeeded else min(self._period, EAGER_SECONDS))


async def ask(spec: Manifest, target: Target) -> Answer:
    """Ask once; no answer in time is a failure."""
    limit = float(spec.get("timeoutSeconds", 1))
    try:
        async with asyncio.timeout(limit):
            if "httpGet" in spec:
                return await _http_get(spec["httpGet"], target)
            if "tcpSocket" in spec:
                return await _tcp(spec["tcpSocket"], target)
            return await _execute(spec["exec"], target, limit)
    except TimeoutError:
        return Answer(False, f"timeout: no answer within {limit:g} s")
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        return Answer(False, f"{error or type(error).__name__}")


def _port(action: Manifest, target: Target) -> int:
    port = action.get("port", 0)
    return target.ports.get(port, port if isinstance(port, int) else 0)


async def _http_get(action: Manifest, target: Target) -> Answer:
    context = None
    if action.get("scheme") == "HTTPS":
        # As Kubernetes does: a probe asks for life, not for identity.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", _port(action, target), ssl=context, limit=MOST_HEAD
    )
    try:
        writer.write(_request(action))
        await writer.drain()
        line = (await reader.readuntil(b"\r\n")).split(b" ")
        status = int(line[1]) if len(line) > 1 and line[1].isdigit() else 0
    finally:
        writer.close()
    if 200 <= status < 400:
        return Answer(True)
    return Answer(False, f"HTTP probe failed with statuscode: {status}")


def _request(action: Manifest) -> bytes:
    path = str(action.get("path") or "/")
    headers = {"Host": "127.0.0.1", "User-Agent": "kube-probe/moonbase", "Connection": "close"}
    for header in action.get("httpHeaders") or ():
        headers[str(header.get("name"))] = str(header.get("value", ""))
    lines = [f"GET {path if path.startswith('/') else '/' + path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line feed in the probe's path or headers")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _tcp(action: Manifest, target: Target) -> Answer:
    _, writer = await asyncio.open_connection("127.0.0.1", _port(action, target))
    writer.close()
    return Answer(True)


async def _execute(action: Manifest, target: Target, limit: float) -> Answer:
    code, output = await target.execute([str(word) for word in action["command"]], limit)
    return Answer(code == 0, f"command exited with {code}: {output}".strip(": "))
