"""Where this house answers, for what no request asked for: letters, and the work of the night."""

from django.conf import settings


def house_address() -> str:
    """« https://maillage.exemple.fr », without a stroke at its end: what the operator declared first."""
    if settings.CSRF_TRUSTED_ORIGINS:
        return str(settings.CSRF_TRUSTED_ORIGINS[0]).rstrip("/")
    return f"{'https' if settings.BEHIND_HTTPS else 'http'}://{settings.ALLOWED_HOSTS[0]}"
