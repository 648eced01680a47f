"""The one settings file. Every choice an operator makes is an environment variable read here, typed."""

import contextlib
import os
import secrets
from pathlib import Path

from config.env import Environment, database

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# -- What kind of house this is ------------------------------------------------------------------------------------
DEMO = env.flag("MAILLAGE_DEMO")
DEMO_TODAY = env.day("MAILLAGE_DEMO_TODAY")
DEBUG = env.flag("MAILLAGE_DEBUG")
VAR_DIR = env.folder("MAILLAGE_VAR", BASE_DIR / "var")
SHARED_DIR = env.folder("MAILLAGE_SHARED", BASE_DIR.parent / "shared")
TEST_BROWSER = env.text("MAILLAGE_BROWSER", "/usr/bin/chromium")
TEST_DATABASE_URL = env.text("MAILLAGE_TEST_PG", "postgresql://127.0.0.1:5432/test")
VAR_DIR.mkdir(parents=True, exist_ok=True)


def house_secret() -> str:
    """The signing key: given by the operator, else drawn once for this machine and kept in `var/`, readable by it."""
    if given := env.text("MAILLAGE_SECRET_KEY"):
        return given
    kept = VAR_DIR / "secret-key"
    if not kept.exists():
        draft = kept.with_name(f"secret-key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64), encoding="ascii")
        with contextlib.suppress(FileExistsError):  # Another process drew it first: its key is the house's.
            os.link(draft, kept)
        draft.unlink()
    return kept.read_text(encoding="ascii")


SECRET_KEY = house_secret()
SECRET_KEY_FALLBACKS = env.many("MAILLAGE_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.many("MAILLAGE_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.many("MAILLAGE_ORIGINS")
BEHIND_HTTPS = env.flag("MAILLAGE_HTTPS")
CONTACT_EMAIL = env.text("MAILLAGE_CONTACT_EMAIL")
HOST_NOTICE = env.text("MAILLAGE_HOST_NOTICE")
THEME_CSS = env.text("MAILLAGE_THEME", "core/theme.css")
SCHEDULED_IMPORT_HOUR = env.number("MAILLAGE_IMPORT_HOUR", 4, most=23)

# -- Rooms, from the ground up -------------------------------------------------------------------------------------
ROOMS = [
    "maillage.core",
    "maillage.territories",
    "maillage.actors",
    "maillage.directory",
    "maillage.home",
    "maillage.demo",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.apps.HouseStaticFilesConfig",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    *ROOMS,
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "actors.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "maillage.core.readonly.RefuseWritesOnRead",
    "maillage.core.refusals.ShowRefusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "maillage.core.context.house",
                "maillage.territories.context.departement",
            ],
        },
    }
]

# -- Data ----------------------------------------------------------------------------------------------------------
DATABASES = {"default": database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'maillage.sqlite3'}"))}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_throttle",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# A GET request may write these and nothing else: journal of reads, session, throttle.
READ_REQUESTS_MAY_WRITE = ("core_journalline", "django_session", "core_throttle")

# -- Language and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = env.time_zone("MAILLAGE_TIME_ZONE", "Europe/Paris")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# -- Front-end files, served from node_modules, package by package --------------------------------------------------
NODE = BASE_DIR / "node_modules"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    ("bootstrap", NODE / "bootstrap/dist/css"),
    ("htmx", NODE / "htmx.org/dist"),
    ("maplibre", NODE / "maplibre-gl/dist"),
    ("fonts", NODE / "@fontsource/atkinson-hyperlegible-next/files"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "maillage.core.staticfiles.HouseStaticFiles"},
}
ICONS_DIR = NODE / "lucide-static/icons"
DECOUPAGE_DIR = NODE / "@etalab/decoupage-administratif/data"
SHAPES_DIR = VAR_DIR / "shapes"

# -- Partners ------------------------------------------------------------------------------------------------------
GEOCODER_URL = env.text("MAILLAGE_GEOCODER_URL", "https://data.geopf.fr/geocodage/search")
GEOCODER_TIMEOUT_MS = env.number("MAILLAGE_GEOCODER_TIMEOUT_MS", 2500, least=1)

# -- Doors ---------------------------------------------------------------------------------------------------------
LOGIN_URL = "actors:sign_in"
LOGIN_REDIRECT_URL = "home:front"
LOGOUT_REDIRECT_URL = "home:front"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "maillage.core.refusals.stale_form"
TRUSTED_PROXIES = env.number("MAILLAGE_TRUSTED_PROXIES", 0)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.one_of("MAILLAGE_LOG", ("DEBUG", "INFO", "WARNING"), "WARNING")},
}

env.refuse_unknown()
