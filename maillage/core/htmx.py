"""The same view serves the page and its parts."""

from django.http import HttpRequest


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece of the page, not for the page itself."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
