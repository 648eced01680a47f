"""The one settings file. Every choice an operator makes is an environment variable read here, typed."""

import contextlib
import os
import secrets
from pathlib import Path

from config.env import Environment, database, identity_provider, mail, scanner

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


def former_secrets() -> list[str]:
    """Keys still believed: those the operator lists, then those `manage.py rotate_keys --secret` has put aside."""
    kept = VAR_DIR / "secret-key-fallbacks"
    return env.many("MAILLAGE_SECRET_KEY_FALLBACKS") + (kept.read_text("ascii").split() if kept.exists() else [])


SECRET_KEY = house_secret()
SECRET_KEY_FALLBACKS = former_secrets()
ENCRYPTION_KEYS = env.many("MAILLAGE_ENCRYPTION_KEYS")  # « id:base64 », the first one writes: see core/encryption.py.
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
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
    "maillage.core.logs.FollowRequests",
    "maillage.core.metrics.CountRequests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "maillage.actors.sessions.WhoIsHere",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "maillage.actors.sessions.EndIdleSessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "maillage.core.readonly.RefuseWritesOnRead",
    "maillage.core.refusals.ShowRefusals",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "maillage/actors/templates"],  # Our pages of accounts, before those allauth brings.
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
# A GET request may write these and nothing else: journal of reads, sessions and when they were last seen, throttle,
# last use of a key.
READ_REQUESTS_MAY_WRITE = (
    "core_journalline", "django_session", "usersessions_usersession", "core_throttle", "actors_apikeyuse",
)  # fmt: skip

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
SEARCH_DIR = VAR_DIR / "search"
ROADS_DIR = VAR_DIR / "roads"
POPULATION_DIR = VAR_DIR / "population"

# -- Partners ------------------------------------------------------------------------------------------------------
GEOCODER_URL = env.text("MAILLAGE_GEOCODER_URL", "https://data.geopf.fr/geocodage/search")
GEOCODER_TIMEOUT_MS = env.number("MAILLAGE_GEOCODER_TIMEOUT_MS", 2500, least=1)
COMPANY_API_URL = env.text("MAILLAGE_COMPANY_API_URL", "https://recherche-entreprises.api.gouv.fr/search")
COMPANY_API_TIMEOUT_MS = env.number("MAILLAGE_COMPANY_API_TIMEOUT_MS", 4000, least=1)

# -- Mail: without a server, messages are kept as files, so that none is lost ----------------------------------------
vars().update(mail(env.text("MAILLAGE_MAIL_URL"), kept_in=VAR_DIR / "mail"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.address("MAILLAGE_MAIL_FROM", "maillage@localhost")
EMAIL_SUBJECT_PREFIX = "[Maillage] "
EMAIL_TIMEOUT = 10
ADMINS = [("", address) for address in env.addresses("MAILLAGE_ERROR_MAILS")]

# -- Files people send -----------------------------------------------------------------------------------------------
CLAMAV = scanner(env.text("MAILLAGE_CLAMAV"))
UPLOAD_MOST_BYTES = env.number("MAILLAGE_UPLOAD_MOST_MB", 10, least=1, most=200) * 1024 * 1024

# -- Operating -------------------------------------------------------------------------------------------------------
METRICS_TOKEN = env.text("MAILLAGE_METRICS_TOKEN")
PG_BIN = env.text("MAILLAGE_PG_BIN")  # The folder of pg_dump and pg_restore, when they are not on PATH.
SQLITE_IN_PRODUCTION = env.flag("MAILLAGE_SQLITE_IN_PRODUCTION")
# A probe on the machine itself speaks plain HTTP: these three doors are not sent to HTTPS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# Names below ours, and the browsers' preloaded list, bind more than this house: that is the Département's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# -- Doors ---------------------------------------------------------------------------------------------------------
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:my_day"
LOGOUT_REDIRECT_URL = "home:front"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "maillage.actors.forms.passwords.NotObvious"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "maillage.actors.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_EMAIL_VERIFICATION = "none"  # Accounts are opened by invitation: the link proves the address.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 10
# One mechanism per purpose (decision 0022): axes counts wrong passwords, the throttle of the house counts requests,
# allauth counts wrong codes of a second factor, and nothing else.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/15m/key",
    **dict.fromkeys(
        ("login", "signup", "reset_password", "reset_password_from_key", "reauthenticate", "change_password")
    ),
}
ACCOUNT_FORMS = {
    "login": "maillage.actors.forms.accounts.SignIn",
    "reauthenticate": "maillage.actors.forms.accounts.ConfirmByPassword",
    "change_password": "maillage.actors.forms.accounts.ChangePassword",
    "set_password": "maillage.actors.forms.accounts.SetPassword",
    "reset_password": "maillage.actors.forms.accounts.AskNewPassword",
    "reset_password_from_key": "maillage.actors.forms.accounts.NewPassword",
    "user_token": "maillage.actors.forms.accounts.ResetLink",
}
MFA_ADAPTER = "maillage.actors.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "maillage.actors.forms.second_factor.GiveCode",
    "reauthenticate": "maillage.actors.forms.second_factor.ConfirmByCode",
    "activate_totp": "maillage.actors.forms.second_factor.AddApplication",
    "add_webauthn": "maillage.actors.forms.second_factor.AddPasskey",
    "edit_webauthn": "maillage.actors.forms.second_factor.RenamePasskey",
    "login_webauthn": "maillage.actors.forms.second_factor.SignInWithPasskey",
    "authenticate_webauthn": "maillage.actors.forms.second_factor.GivePasskey",
    "reauthenticate_webauthn": "maillage.actors.forms.second_factor.ConfirmByPasskey",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_HTTPS
MFA_TOTP_ISSUER = "Maillage"
SOCIALACCOUNT_ADAPTER = "maillage.actors.adapters.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = identity_provider(
    env.text("MAILLAGE_PROCONNECT_URL"),
    client_id=env.text("MAILLAGE_PROCONNECT_CLIENT_ID"),
    client_secret=env.text("MAILLAGE_PROCONNECT_CLIENT_SECRET"),
)
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_STORE_TOKENS = False
AXES_USERNAME_CALLABLE = "maillage.actors.sessions.who_tries"
AXES_CLIENT_IP_CALLABLE = "maillage.actors.sessions.counted_address"
AXES_LOCKOUT_CALLABLE = "maillage.actors.views.accounts.locked_out"
AXES_USERNAME_FORM_FIELD = "login"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "code", "credential", "csrfmiddlewaretoken"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # Hours.
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
PASSWORD_RESET_TIMEOUT = 60 * 60 * 4
SESSION_IDLE_MINUTES = 30  # For sessions whose roles need a second factor: see actors/sessions.py.
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
    "formatters": {
        "text": {"()": "maillage.core.logs.TextLines"},
        "json": {"()": "maillage.core.logs.JsonLines"},
    },
    "filters": {"lowered": {"()": "maillage.core.logs.Lowered"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.one_of("MAILLAGE_LOG_FORMAT", ("text", "json"), "text"),
        },
        "error_mails": {"class": "maillage.core.logs.ErrorMails", "level": "ERROR"},
    },
    "root": {
        "handlers": ["console", "error_mails"],
        "level": env.one_of("MAILLAGE_LOG", ("DEBUG", "INFO", "WARNING"), "WARNING"),
    },
    # Django's own handlers would write what passes: ours, at the root, are the only ones.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "django.security.DisallowedHost": {"filters": ["lowered"]},  # Any scanner sends names that are not ours.
        "pikepdf": {"level": "WARNING"},  # It greets each command.
        "axes": {"level": "ERROR"},  # Its warnings name who failed to sign in, and from where.
    },
}

env.refuse_unknown()
