"""Django's settings, all derived from the table in `environment.py`."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from broadsheet.environment import read_environment
from broadsheet.errors import BadInput

ENVIRONMENT = read_environment()

# Each command that opens the database hands the key over; without one (type checks, documentation) a passing key does.
SECRET_KEY = ENVIRONMENT["secret_key"] or secrets.token_urlsafe(48)
DEBUG = ENVIRONMENT["debug"]
ALLOWED_HOSTS = [*ENVIRONMENT["allowed_hosts"], *filter(None, [urlsplit(ENVIRONMENT["url"]).hostname])]
ROOT_URLCONF = "broadsheet.web.urls"
WSGI_APPLICATION = "broadsheet.web.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "broadsheet.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_SETTINGS = "-c statement_timeout=15s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"

# Planning a query costs as much as running it: the server keeps the plans of those that come often.
PREPARED = {"server_side_binding": True, "prepare_threshold": 2}


def database_settings(url: str) -> dict[str, Any]:
    """Django's description of the PostgreSQL that a libpq address names; an empty address means the local default."""
    parts = urlsplit(url or "postgresql:///broadsheet")
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadInput(f"DATABASE_URL starts with {parts.scheme!r}: only postgresql:// addresses are understood.")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or str(parts.port or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {**PREPARED, **options, "options": f"{options.get('options', '')} {SESSION_SETTINGS}".strip()},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database_settings(ENVIRONMENT["database_url"])}

MIDDLEWARE = [
    "broadsheet.web.security.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "broadsheet.web.failures.Failures",
    "django.middleware.http.ConditionalGetMiddleware",
    "broadsheet.web.security.FormTokens",
]
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "web" / "static"]
STATIC_ROOT = ENVIRONMENT["data"] / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False

SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT["url"].startswith("https://")
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_PATH = "/admin"
CSRF_FAILURE_VIEW = "broadsheet.web.failures.form_refused"
# Behind a proxy with TLS a request looks like http; what browsers call the origin of our forms is the public address.
CSRF_TRUSTED_ORIGINS = [f"{parts.scheme}://{parts.netloc}" for parts in [urlsplit(ENVIRONMENT["url"])] if parts.netloc]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
LOGGING_CONFIG = None
