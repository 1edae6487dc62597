"""Every failure a person may read, in one hierarchy.

Each error carries a code for programs, an HTTP status and a sentence fit for a user. One middleware
renders it as a page or an htmx panel, one DRF handler as an RFC 9457 problem document, and the
socket as an ``error`` event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FieldErrors = Mapping[str, Sequence[str]]

MAX_SERVER_TEXT = 256


class ConsoleError(Exception):
    """Base of all errors meant for a person; `message` is a whole sentence."""

    code = "error"
    status = 500
    title = "Something failed"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Invalid(ConsoleError):
    """The input can't be taken; `fields` maps a field path to its messages."""

    code = "invalid"
    status = 422
    title = "Some fields need another value"

    def __init__(self, message: str = "", *, fields: FieldErrors | None = None) -> None:
        self.fields = {path: list(messages) for path, messages in (fields or {}).items()}
        first = next((messages[0] for messages in self.fields.values() if messages), self.title)
        super().__init__(message or first)


class NotFound(ConsoleError):
    """No such object, or one that this user may not know of."""

    code = "not-found"
    status = 404
    title = "Not found"


class Refused(ConsoleError):
    """The user is known but may not do this."""

    code = "refused"
    status = 403
    title = "Not allowed"


class Conflict(ConsoleError):
    """The object changed, or exists already."""

    code = "conflict"
    status = 409
    title = "Conflict"


class QuotaExceeded(ConsoleError):
    """The tenant's quota is too small; the message names the shortfall."""

    code = "quota-exceeded"
    status = 409
    title = "Quota exceeded"


class Unavailable(ConsoleError):
    """A backend does not answer; trying again later is reasonable."""

    code = "unavailable"
    status = 503
    title = "A backend does not answer"


def trimmed(text: object, limit: int = MAX_SERVER_TEXT) -> str:
    """Return a server's text as one line of at most `limit` characters, fit for a log or a page."""
    line = " ".join(str(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
