"""What an operator may have forgotten before opening to the public: said by `manage.py check --deploy`."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

SHORTEST_TOKEN = 24
NOT_SHARED = ("locmem.LocMemCache", "dummy.DummyCache")

DEMO = Error("MAILLAGE_DEMO est à 1 : sa porte s'ouvre sans mot de passe.", "Retirez-le.", id="maillage.E001")
NO_MAIL = Warning(
    "MAILLAGE_MAIL_URL n'est pas réglé : les courriels restent dans un dossier, personne ne les reçoit.",
    "Écrivez smtp+tls://compte:mot-de-passe@serveur:587.",
    id="maillage.W001",
)
SHORT_TOKEN = Warning(
    f"MAILLAGE_METRICS_TOKEN a moins de {SHORTEST_TOKEN} signes : il peut se deviner.",
    "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
    id="maillage.W002",
)
NO_SCANNER = Warning(
    "MAILLAGE_CLAMAV n'est pas réglé : tout fichier envoyé sera refusé.",
    "Écrivez unix:///run/clamav/clamd.ctl, ou none pour accepter des fichiers que personne ne vérifie.",
    id="maillage.W003",
)
SQLITE = Warning(
    "La base est un fichier SQLite : c'est fait pour une démonstration ou un petit essai.",
    "Réglez DATABASE_URL sur PostgreSQL, ou dites votre choix par MAILLAGE_SQLITE_IN_PRODUCTION=1.",
    id="maillage.W004",
)
OWN_CACHE = Warning(
    "Le cache n'est pas partagé entre les processus : les limites de demandes compteront mal.",
    "Gardez le cache en base de données.",
    id="maillage.W005",
)


@register(deploy=True)
def ready_for_people(app_configs: Any = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Every forgetting that would be found out too late."""
    return list(_forgettings())


def _forgettings() -> Iterator[CheckMessage]:
    if settings.DEMO:
        yield DEMO
    if getattr(settings, "EMAIL_FILE_PATH", ""):
        yield NO_MAIL
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        yield SHORT_TOKEN
    if settings.CLAMAV is None:
        yield NO_SCANNER
    if "sqlite3" in str(settings.DATABASES["default"]["ENGINE"]) and not settings.SQLITE_IN_PRODUCTION:
        yield SQLITE
    if str(settings.CACHES["default"]["BACKEND"]).endswith(NOT_SHARED):
        yield OWN_CACHE
