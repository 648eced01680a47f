"""The requests our views receive, and the shape of a view."""

from collections.abc import Callable

from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class AgentRequest(HttpRequest):
    """A request from someone who has signed in."""

    user: AbstractUser  # type: ignore[assignment]


View = Callable[..., HttpResponseBase]
