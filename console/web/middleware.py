"""Turns console errors into pages, htmx panels or problem documents."""

from django.http import HttpRequest, HttpResponse


class ConsoleMiddleware:
    def __init__(self, get_response):  # type: ignore[no-untyped-def]
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
