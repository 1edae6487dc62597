"""How states look: each word has one tone and one shape everywhere.

Colour is never alone: the shape tells the same to who can't tell the colours apart, and the word to
everybody. The words are those of `workloads.models.State`, of pods and of the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass

# Drawn in a box of 12 by 12; the class decides whether a shape is filled or stroked.
SHAPES = {
    "disc": '<circle cx="6" cy="6" r="4.5"/>',
    "half": '<circle cx="6" cy="6" r="4.25" class="line"/>'
    '<path d="M6 1.75a4.25 4.25 0 0 1 0 8.5z"/>',
    "triangle": '<path d="M6 1.2 11.3 10.6H.7z"/><path d="M6 4.6v2.6M6 8.7v.1" class="cut"/>',
    "ring": '<circle cx="6" cy="6" r="4.25" class="line dashed"/>',
    "check": '<circle cx="6" cy="6" r="5"/><path d="m3.7 6.2 1.6 1.6 3-3.4" class="cut"/>',
    "cross": '<rect x="1" y="1" width="10" height="10" rx="2.5"/>'
    '<path d="m4.1 4.1 3.8 3.8m0-3.8L4.1 7.9" class="cut"/>',
    "square": '<rect x="2" y="2" width="8" height="8" rx="1.5"/>',
    "square-line": '<rect x="2" y="2" width="8" height="8" rx="1.5" class="line dashed"/>',
    "diamond": '<path d="M6 .9 11.1 6 6 11.1.9 6z" class="line"/>'
    '<path d="M4.8 5a1.25 1.25 0 1 1 1.7 1.2c-.4.2-.5.4-.5.8M6 8.4v.1" class="line"/>',
}


@dataclass(frozen=True, slots=True)
class Look:
    """The word, tone and shape of a state; `moves` marks one that will pass by itself."""

    word: str
    tone: str
    shape: str
    moves: bool = False


LOOKS = {
    "running": Look("Running", "good", "disc"),
    "starting": Look("Starting", "busy", "half", moves=True),
    "degraded": Look("Degraded", "warn", "triangle"),
    "pending": Look("Pending", "wait", "ring"),
    "succeeded": Look("Succeeded", "good", "check"),
    "failed": Look("Failed", "bad", "cross"),
    "stopping": Look("Stopping", "busy", "square-line", moves=True),
    "stopped": Look("Stopped", "idle", "square"),
    "unknown": Look("Unknown", "idle", "diamond"),
    # Pods.
    "terminating": Look("Terminating", "busy", "square-line", moves=True),
    "crashloopbackoff": Look("CrashLoopBackOff", "bad", "cross"),
    "imagepullbackoff": Look("ImagePullBackOff", "bad", "cross"),
    "errimagepull": Look("ErrImagePull", "bad", "cross"),
    "oomkilled": Look("OOMKilled", "bad", "cross"),
    "error": Look("Error", "bad", "cross"),
    "completed": Look("Completed", "good", "check"),
    "containercreating": Look("ContainerCreating", "busy", "half", moves=True),
    # Volumes and outcomes in the audit trail.
    "bound": Look("Bound", "good", "disc"),
    "available": Look("Available", "good", "disc"),
    "done": Look("Done", "good", "check"),
    "refused": Look("Refused", "warn", "triangle"),
}


def look_of(state: str) -> Look:
    """Return how a state looks; a word nobody foresaw keeps itself and looks unknown."""
    known = LOOKS.get(state.casefold())
    return known or Look(state[:1].upper() + state[1:] or "Unknown", "idle", "diamond")
