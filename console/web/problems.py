"""RFC 9457 problem documents: what the API answers when something can't be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from console.errors import ConsoleError, Invalid, NotFound, Refused

CONTENT_TYPE = "application/problem+json"
Problem = dict[str, Any]

# DRF's own words for what the console names otherwise.
_CODES = {
    "not_authenticated": "not-authenticated",
    "authentication_failed": "not-authenticated",
    "permission_denied": "refused",
    "parse_error": "malformed",
}


def problem_of(error: ConsoleError) -> Problem:
    """Return the document that describes an error of ours."""
    problem = _document(error.status, error.code, error.title, error.message)
    if error.hint:
        problem["hint"] = error.hint
    if isinstance(error, Invalid) and error.fields:
        problem["errors"] = error.fields
    return problem


def _document(status: int, code: str, title: str, detail: str) -> Problem:
    return {
        "type": f"urn:moonbase:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }


def problem_response(error: ConsoleError) -> JsonResponse:
    """Return the document as a response, for paths that no API view answers."""
    return JsonResponse(problem_of(error), status=error.status, content_type=CONTENT_TYPE)


def exception_handler(exc: Exception, _context: Mapping[str, Any]) -> Response | None:
    """Turn what an API view raised into a problem document; anything unknown is Django's (500)."""
    known = as_console_error(exc)
    if known is not None:
        set_rollback()
        return Response(problem_of(known), status=known.status, content_type=CONTENT_TYPE)
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    problem = _drf_problem(exc)
    return Response(
        problem, status=exc.status_code, content_type=CONTENT_TYPE, headers=_drf_headers(exc)
    )


def as_console_error(exc: Exception) -> ConsoleError | None:
    """Return the error of ours that says the same, if there is one."""
    if isinstance(exc, ConsoleError):
        return exc
    if isinstance(exc, Http404):
        return NotFound("There is nothing at this address.")
    if isinstance(exc, PermissionDenied):
        return Refused(str(exc) or "You may not do this.")
    if isinstance(exc, exceptions.ValidationError):
        return Invalid(fields=_fields(exc.detail))
    return None


def _drf_problem(exc: exceptions.APIException) -> Problem:
    code = getattr(exc.detail, "code", exc.default_code)
    code = _CODES.get(code, str(code).replace("_", "-"))
    return _document(exc.status_code, code, HTTPStatus(exc.status_code).phrase, str(exc.detail))


def _drf_headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _fields(detail: Any) -> dict[str, list[str]]:
    """Flatten DRF's nested messages to paths such as `mounts.0.volume`."""
    fields: dict[str, list[str]] = {}
    for path, message in _messages(detail, ""):
        fields.setdefault(path or "non_field_errors", []).append(message)
    return fields


def _messages(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _messages(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _messages(inner, f"{path}.{index}".lstrip(".") if nested else path)
    else:
        yield path, str(detail)
