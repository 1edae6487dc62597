"""How a run ended, in words, and how long to wait before the next."""

from __future__ import annotations

from pathlib import Path

from console.cluster.local.kubelet.log_reader import read

MOST_DELAY = 300.0
# A run as long as this is taken as a recovery.
RECOVERED = 2 * MOST_DELAY
MESSAGE_LINES = 10
MOST_MESSAGE = 2048


class BackOff:
    """The waits between runs: none, then 10 s, doubled each time up to five minutes."""

    def __init__(self, delay: float) -> None:
        self._initial = delay
        self._next = 0.0

    def after_run(self, lasted: float) -> float:
        """Return seconds to wait after a run that lasted so long."""
        if lasted > RECOVERED:
            self._next = 0.0
        delay = self._next
        self._next = min(delay * 2, MOST_DELAY) if delay else self._initial
        return delay

    def after_failure(self) -> float:
        """Return seconds to wait after something was missing."""
        self._next = min(self._next * 2, MOST_DELAY) if self._next else self._initial
        return self._next


def describe_end(code: int, out_of_memory: bool, log: Path) -> tuple[str, str]:
    """Return Kubernetes' reason and, for a failure, the last lines of the log."""
    if out_of_memory:
        return "OOMKilled", "The container used more memory than its limit."
    if code == 0:
        return "Completed", ""
    lines = [line.text for line in read(log, tail=MESSAGE_LINES)]
    return "Error", "\n".join(lines)[-MOST_MESSAGE:]
