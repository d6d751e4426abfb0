"""Settings of the portal, read from the environment and checked at start. README lists the variables."""

import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import bootstrap
import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from toolkit_portal import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = env.text("PORTAL_ENV") == "test"
DEMO = env.flag("DEMO")
DEMO_PASSWORD = env.text("DEMO_PASSWORD") or "derbyshire-demo"
DEBUG = env.flag("DEBUG")
# Everything that the portal writes lies here: database, mail of the demo, private files, collected static files.
VAR_DIR = Path(env.text("VAR_DIR") or BASE_DIR / "var").resolve()

SECRET_KEY = env.secret_key(VAR_DIR, made_up=DEMO or TESTING)
PORTAL_URL = env.web_address("PORTAL_URL", "http://127.0.0.1:8000")
# Hosts are fixed: a forged Host header gets a 400, and links in mails always start with PORTAL_URL.
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS") or [
    str(urlsplit(PORTAL_URL).hostname),
    "127.0.0.1",
    "localhost",
    "[::1]",
]
HTTPS = PORTAL_URL.startswith("https://")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, least=0, most=5)

INSTALLED_APPS = [
    "toolkit_portal.apps.ToolkitPortalConfig",
    "readiness.apps.ReadinessConfig",
    "evidence.apps.EvidenceConfig",
    "groups.apps.GroupsConfig",
    "toolkit_portal.apps.EmergencyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "toolkit_portal.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "toolkit_portal.middleware.bounded_requests",
    "toolkit_portal.middleware.session_limits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "toolkit_portal.middleware.second_factor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
]

ROOT_URLCONF = "toolkit_portal.urls"
WSGI_APPLICATION = "toolkit_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
FORMS_URLFIELD_ASSUME_HTTPS = True  # as Django 6 does: an address typed without a scheme is https

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "toolkit_portal.context.portal",
            ],
        },
    },
    # django.forms' own widgets are found below DIRS of the forms package.
]
INSTALLED_APPS.append("django.forms")

# Databases: SQLite unless DATABASE_URL says PostgreSQL.
try:
    DATABASES = {
        "default": dj_database_url.parse(
            env.text("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}",
            conn_max_age=60,
            conn_health_checks=True,
        )
    }
except (ValueError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError) as fault:
    raise ImproperlyConfigured(
        "DATABASE_URL must look like postgres://user:password@host:5432/name or sqlite:////folder/file"
    ) from fault
if DATABASES["default"]["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
    raise ImproperlyConfigured("DATABASE_URL must name a SQLite or PostgreSQL database.")
if DATABASES["default"]["NAME"] in {"", ":memory:"}:
    raise ImproperlyConfigured("DATABASE_URL must name the database, and a SQLite one must be a file.")


def _write_ahead_log_is_sound(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite build has the fix of the WAL-reset defect (3.51.3, 3.50.7, 3.44.6)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


SQLITE_JOURNAL = "WAL" if _write_ahead_log_is_sound(sqlite3.sqlite_version_info) else "DELETE"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if not TESTING:
        try:
            Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise ImproperlyConfigured(
                f"DATABASE_URL or VAR_DIR: the database's folder can't be made: {fault.strerror}."
            ) from fault
    # IMMEDIATE: a read that turns into a write would otherwise fail at once under load, timeout or not.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # secure_delete: what is deleted is overwritten, not only forgotten.
        "init_command": f"PRAGMA journal_mode={SQLITE_JOURNAL}; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
    }
else:
    # Whatever the portal streams it reads to the end; PostgreSQL plans cursors for their first tenth unless told. And
    # it compiles what it takes for a long query, which takes several times as long as the query itself.
    given = DATABASES["default"].setdefault("OPTIONS", {}).get("options", "")
    DATABASES["default"]["OPTIONS"]["options"] = f"-c cursor_tuple_fraction=1 -c jit=off {given}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in limits are counted in the cache, so all workers must share it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
}

# Long work is handed to `manage.py worker` through the database. Another engine is another BACKEND here.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# People
AUTH_USER_MODEL = "groups.User"
AUTHENTICATION_BACKENDS = ["groups.sign_in.PortalBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# A password kept in the older way is kept in the newer one when its owner signs in next.
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["toolkit_portal.core.hashers.Argon2id", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "groups.sign_in.PortalAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Derbyshire contract readiness"
# Staff see special-category data: outside the demo they need a second factor.
REQUIRE_SECOND_FACTOR = not DEMO and not TESTING and env.flag("REQUIRE_SECOND_FACTOR", default=True)

# Sessions end after 30 idle minutes and after 12 hours whatever happens.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "toolkit_portal.views.errors.stale_form"

# Transport
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's own icons in its style sheet are data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# Mail: SMTP where EMAIL_HOST is given, else files in a folder that `make run` names.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM") or "Contract readiness <portal@localhost>"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST and not DEMO
    else "django.core.mail.backends.filebased.EmailBackend"
)

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", str(Path(next(iter(bootstrap.__path__))))),
]
PRIVATE_FILES = VAR_DIR / "files"
STORAGES = {
    # No URL: private files leave only through views that ask who is asking.
    "default": env.bucket()
    or {
        "BACKEND": "toolkit_portal.core.private_files.PrivateStorage",
        "OPTIONS": {"location": str(PRIVATE_FILES), "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
# A whole request with its files. Pages that take more are named by their URL.
MOST_REQUEST_BYTES = 16 * 1024 * 1024
LARGE_REQUESTS = {"attachment_add": 120 * 1024 * 1024} | dict.fromkeys(
    ("work_file_add", "paper_file_add", "lead_paper"), 60 * 1024 * 1024
)

# How long each kind is kept, in days; docs/privacy.md says why. Six years are the time for claims under a contract.
RETENTION_DAYS = {
    "closed_groups": env.number("KEEP_CLOSED_GROUPS_DAYS", 2192, least=30, most=36525),
    "trail": env.number("KEEP_TRAIL_DAYS", 2192, least=30, most=36525),
    "openings": env.number("KEEP_OPENINGS_DAYS", 2192, least=30, most=36525),
    "invitations": env.number("KEEP_INVITATIONS_DAYS", 90, least=1, most=36525),
    "visit_drafts": env.number("KEEP_VISIT_DRAFTS_DAYS", 30, least=1, most=36525),
    "uploads": env.number("KEEP_UPLOADS_DAYS", 30, least=1, most=36525),
    "jobs": 7,  # pages say so: groups.models.jobs.KEPT_DAYS
    "sessions": 0,  # as soon as they have ended
}

# Words and times
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "toolkit_portal.formats"

# The house's own pack: templates/portal
CRISPY_ALLOWED_TEMPLATE_PACKS = "portal"
CRISPY_TEMPLATE_PACK = "portal"
AUDITLOG_DISABLE_REMOTE_ADDR = True
AUDITLOG_MASK_CALLABLE = "groups.trail.hide"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"fontTools": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}},
}
