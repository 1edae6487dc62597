"""Kills containers whose console is gone; also a script of its own, run by `python -S -E`.

Kept to the smallest part of the standard library: this process waits beside every console, on a
pipe that closes when the console ends, however it ends.
"""

import os
import signal
import sys
import time

# Found in the environment of every process of a container, also of those that left its session.
NODE = "MOONBASE_NODE"
CONTAINER = "MOONBASE_CONTAINER"
PATIENCE = 10.0


def environment(pid):  # type: (int) -> dict[bytes, bytes]
    """Return the environment that a process was started with; {} if it can't be read."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            entries = file.read().split(b"\0")
    except OSError:
        return {}
    return dict(entry.split(b"=", 1) for entry in entries if b"=" in entry)


def pids():  # type: () -> list[int]
    """Return all processes of this machine; [] where there is no /proc."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    return [int(name) for name in names if name.isdigit()]


def marked(node, prefix=""):  # type: (str, str) -> list[int]
    """Return the processes of a node's containers, those whose identity begins with `prefix`."""
    found = []
    own = os.getpid()
    for pid in pids():
        if pid == own:
            continue
        variables = environment(pid)
        if variables.get(NODE.encode()) == node.encode() and variables.get(
            CONTAINER.encode(), b""
        ).startswith(prefix.encode()):
            found.append(pid)
    return found


def kill_all(find, patience=PATIENCE):  # type: (object, float) -> bool
    """Kill what `find` finds until it finds nothing; a fork may win a race once, not always."""
    deadline = time.monotonic() + patience
    pause = 0.002
    while True:
        found = find()  # type: ignore[operator]
        if not found:
            return True
        if time.monotonic() > deadline:
            return False
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        time.sleep(pause)
        pause = min(pause * 2, 0.1)


def main(node, prefix):  # type: (str, str) -> None
    """Wait for the end of the console, then kill its containers."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while os.read(0, 4096):
        pass
    kill_all(lambda: marked(node, prefix))


if __name__ == "__main__":
    main(*sys.argv[1:])
