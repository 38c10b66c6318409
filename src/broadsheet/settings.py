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
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "broadsheet.store",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.orcid",
]
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
    "broadsheet.web.bearer.Bearer",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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

AUTH_USER_MODEL = "store.Person"
AUTHENTICATION_BACKENDS = ["broadsheet.web.signing_in.Backend"]
PASSWORD_HASHERS = [
    "broadsheet.web.signing_in.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("handle", "email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3_600
LOGIN_URL, LOGIN_REDIRECT_URL = "/account/login", "/"
EMAIL_BACKEND = "broadsheet.web.queued_mail.Backend"
# The account library asks Django for its pages: they are written like all others.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "OPTIONS": {
            "environment": "broadsheet.web.account_pages.environment",
            "context_processors": ["broadsheet.web.account_pages.surroundings"],
        },
    }
]
ACCOUNT_ADAPTER = "broadsheet.web.account_adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# Limits are counted in the database, over all processes, before the library is asked: `web/account_limits.py`.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "broadsheet.web.account_forms.LogIn",
    "signup": "broadsheet.web.account_forms.SignUp",
    "request_login_code": "broadsheet.web.account_forms.AskForCode",
    "add_email": "broadsheet.web.account_forms.AddAddress",
    "reset_password": "broadsheet.web.account_forms.AskForPassword",
    "reset_password_from_key": "broadsheet.web.account_forms.ChoosePassword",
    "change_password": "broadsheet.web.account_forms.ChangePassword",
    "set_password": "broadsheet.web.account_forms.SetPassword",
    "reauthenticate": "broadsheet.web.account_forms.ShowPassword",
}
MFA_ADAPTER = "broadsheet.web.account_adapter.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = ENVIRONMENT["site_name"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT["url"].startswith("https://")
MFA_FORMS = {
    "authenticate": "broadsheet.web.account_forms.SecondStep",
    "reauthenticate": "broadsheet.web.account_forms.SecondStepAgain",
}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"


def _client(name: str) -> list[dict[str, str]]:
    """The client of a provider of identities, where one is set."""
    client, secret = ENVIRONMENT[f"{name}_client"], ENVIRONMENT[f"{name}_secret"]
    return [{"client_id": client, "secret": secret, "key": ""}] if client else []


SOCIALACCOUNT_PROVIDERS = {
    "github": {"APPS": _client("github"), "SCOPE": ["user:email"]},
    "orcid": {
        "APPS": _client("orcid"),
        "BASE_DOMAIN": "sandbox.orcid.org" if ENVIRONMENT["orcid_sandbox"] else "orcid.org",
    },
}
SESSION_ENGINE = "broadsheet.store.sessions"
SESSION_COOKIE_AGE = 30 * 86_400
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT["url"].startswith("https://")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "broadsheet.web.failures.form_refused"
# Behind a proxy with TLS a request looks like http; what browsers call the origin of our forms is the public address.
CSRF_TRUSTED_ORIGINS = [f"{parts.scheme}://{parts.netloc}" for parts in [urlsplit(ENVIRONMENT["url"])] if parts.netloc]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_HANDLERS = ["broadsheet.web.uploads.ToDisk"]
LOGGING_CONFIG = None
