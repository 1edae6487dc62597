"""Errors carry a sentence for people; a server's text is cut before it can reach a log."""

from __future__ import annotations

from console.errors import Invalid, trimmed


def test_the_first_field_error_is_the_message() -> None:
    error = Invalid(fields={"name": ["Too long.", "Has a space."], "image": ["Missing."]})

    assert error.message == "Too long."
    assert error.fields["image"] == ["Missing."]


def test_a_message_of_its_own_wins() -> None:
    assert Invalid("Not JSON.").message == "Not JSON."


def test_text_of_a_server_becomes_one_short_line() -> None:
    assert trimmed("a\r\n  b") == "a b"
    assert len(trimmed("x" * 1_000)) == 256
    assert trimmed("x" * 1_000).endswith("…")
