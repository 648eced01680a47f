"""What every page knows of the house."""

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, object]:
    return {"theme_css": settings.THEME_CSS, "is_demo": settings.DEMO, "contact_email": settings.CONTACT_EMAIL}
