"""Every setting, read top to bottom from the environment; docs/settings.md explains each.

The defaults run a fresh clone on one machine. Setting ``SECRET_KEY`` is what makes it a
production: then ``DEBUG`` is off, e-mail addresses must be verified, and cookies, redirects and
HSTS follow ``SITE_URL``. A wrong value stops the start with the variable's name.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

# Makes Django's generic classes subscriptable at run time, as their type stubs are.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if not env.bool("EASEL_IGNORE_DOTENV", default=False):
    environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR: Path = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
"""Where a local installation keeps what it must not lose: database, media, secret key."""
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _choice(name: str, *, default: str, choices: tuple[str, ...]) -> str:
    value: str = env.str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(choices)}.")
    return value


def _whole(name: str, *, default: int, least: int, most: int) -> int:
    raw = env.str(name, default=str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {raw!r}; it must be a whole number.") from None
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {value}; it must be from {least} to {most}.")
    return value


def _switch(name: str, *, default: bool) -> bool:
    raw = env.str(name, default=str(default)).strip().lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} is {raw!r}; it must be true or false.")


def _local_secret_key() -> str:
    """A key of this machine's own, kept so that sessions survive a restart."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return str(path.read_text().strip())


# -- What kind of installation this is --------------------------------------------------------

IS_LOCAL = not env.str("SECRET_KEY", default="")
SECRET_KEY = env.str("SECRET_KEY", default="") or _local_secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = _switch("DEBUG", default=IS_LOCAL)
TESTING = "pytest" in sys.modules

SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}")
SITE_URL = SITE_URL.rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}; it must start with http:// or https://.")
IS_HTTPS = _site.scheme == "https"
SITE_NAME = env.str("SITE_NAME", default="Easel")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname])
if DEBUG:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]

# -- Switches of the house --------------------------------------------------------------------

GENERATION_ENABLED = _switch("GENERATION_ENABLED", default=True)
SIGNUP_ENABLED = _switch("SIGNUP_ENABLED", default=True)
SIGNUP_CREDITS = _whole("SIGNUP_CREDITS", default=3, least=0, most=1_000_000)
MAX_IMAGES_PER_GENERATION = _whole("MAX_IMAGES_PER_GENERATION", default=10, least=1, most=10)
MAX_ACTIVE_GENERATIONS = _whole("MAX_ACTIVE_GENERATIONS", default=100, least=1, most=10_000)
MAX_GENERATIONS_PER_MINUTE = _whole("MAX_GENERATIONS_PER_MINUTE", default=60, least=1, most=100_000)
EMAIL_VERIFICATION = _choice(
    "EMAIL_VERIFICATION",
    default="none" if DEBUG else "mandatory",
    choices=("none", "optional", "mandatory"),
)

# -- Django -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "djstripe",
    "accounts",
    "billing",
    "gallery",
    "generator",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.headless",
    "django_htmx",
    "csp",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.languages.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.errors.FriendlyErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

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
                "config.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# -- Database ---------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
if "ENGINE" not in _database:
    raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host/name.")
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        # A transaction that will write takes the write lock at its start, so that it waits for
        # its turn instead of failing half-way (https://docs.djangoproject.com/en/5.2/ref/databases/).
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-16000; PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY;"
        ),
    }
    _database["CONN_MAX_AGE"] = 600
    # A file, not memory: tests of races and of real workers share it between threads and processes.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # Hundreds of waiting jobs share one process: a pool keeps them from taking a connection each.
    # A web process answers one request at a time, and a connection that stays costs it least.
    _pool = _whole("DATABASE_POOL", default=10, least=0, most=1000)
    _database["OPTIONS"] = {
        # Pages ask short questions: to start helpers or a compiler for one takes longer than to
        # answer it.
        "options": env.str(
            "POSTGRES_OPTIONS", default="-c jit=off -c max_parallel_workers_per_gather=0"
        ),
        **_database.get("OPTIONS", {}),
    }
    if _pool:
        _database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": _pool, "timeout": 30}
    _database["CONN_MAX_AGE"] = 0 if _pool else 600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES = {"djstripe": "billing.djstripe_migrations"}
"""dj-stripe's own history takes a minute on an empty database; ours makes its tables as the pinned
version has them. After a new version: `manage.py makemigrations djstripe`, which `make check` asks
for."""

# -- Redis: broker, cache, heartbeat ------------------------------------------------------------


def _embedded_redis_socket() -> Path:
    """The private socket of the Redis that ``make run`` starts: short, and one for each clone."""
    clone = hashlib.sha256(str(VAR_DIR.resolve()).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"easel-{os.getuid()}-{clone}" / "redis.sock"


EMBEDDED_REDIS_SOCKET = _embedded_redis_socket()
REDIS_IS_EMBEDDED = not env.str("REDIS_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="") or f"unix://{EMBEDDED_REDIS_SOCKET}?db=0"
if urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    raise ImproperlyConfigured("REDIS_URL must start with redis://, rediss:// or unix://.")

CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "easel",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    },
    # Parts of pages that are alike for many requests, in the memory of each process.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Two seconds is what a submission may lose to a frozen broker; the sweeper rings again.
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    # Without this, each try to publish reconnects for `broker_connection_timeout` and longer:
    # six seconds, measured. Workers have their own patience, which has no end.
    "max_retries": 0,
    "visibility_timeout": 900,
    "global_keyprefix": "easel:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND_THREAD_SAFE = True  # there is none, so each job need not look for its own
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "generate"
CELERY_TASK_ROUTES = {
    "gallery.tasks.*": {"queue": "images"},
    "accounts.tasks.*": {"queue": "images"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-generations": {
        "task": "generator.tasks.sweep_generations",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "sweep-avatars": {
        "task": "accounts.tasks.sweep_avatars",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "clear-sessions": {
        "task": "accounts.tasks.clear_sessions",
        "schedule": 86_400.0,
        "options": {"expires": 3600},
    },
    "purge-deleted": {
        "task": "gallery.tasks.purge_deleted",
        "schedule": 86_400.0,
        "options": {"expires": 3600},
    },
    "revoke-keys": {
        "task": "gallery.tasks.revoke_keys",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "sweep-renditions": {
        "task": "gallery.tasks.sweep_renditions",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "follow-stripe": {
        "task": "billing.tasks.sweep_events",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "reconcile-stripe": {
        "task": "billing.tasks.reconcile",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep-play-purchases": {
        "task": "billing.tasks.sweep_play_purchases",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "measure-durations": {
        "task": "generator.tasks.measure_durations",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
}

# -- Accounts -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "generate"
LOGOUT_REDIRECT_URL = "feed"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_NAME = "easel_session"
CSRF_COOKIE_NAME = "easel_csrf"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.ChangeEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = EMAIL_VERIFICATION
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_USERNAME_VALIDATORS = "accounts.usernames.validators"
ACCOUNT_USERNAME_BLACKLIST = ["admin", "administrator", "easel", "moderator", "root", "support"]
ACCOUNT_USER_DISPLAY = str
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = _whole("TRUSTED_PROXY_COUNT", default=0, least=0, most=10)
SOCIALACCOUNT_PROVIDERS = {
    "google": {
        "SCOPE": ["profile", "email"],
        "APPS": [
            {
                "client_id": env.str("GOOGLE_CLIENT_ID", default=""),
                "secret": env.str("GOOGLE_CLIENT_SECRET", default=""),
            }
        ]
        if env.str("GOOGLE_CLIENT_ID", default="")
        else [],
    },
}

HEADLESS_CLIENTS = ["app"]
HEADLESS_TOKEN_STRATEGY = "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy"  # noqa: S105 - a class path, not a secret
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
"""A token ends with its session: on logging out, a new password, a switched-off account."""
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = _whole(
    "API_TOKEN_SECONDS", default=3600, least=60, most=2_592_000
)
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = _whole(
    "API_REFRESH_TOKEN_SECONDS", default=2_592_000, least=60, most=31_536_000
)

try:
    EMAIL_CONFIG = env.email(
        "EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"
    )
except ImproperlyConfigured:
    raise ImproperlyConfigured(
        "EMAIL_URL must look like smtp+tls://user:password@host:587."
    ) from None
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <noreply@{_site.hostname}>"
)
EMAIL_TIMEOUT = 10

# -- Files --------------------------------------------------------------------------------------

MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_TEMP_DIR = str(VAR_DIR / "tmp")
"""On the same disk as the media, so that a received picture is moved and not copied."""
Path(FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
"""A selection of many pictures is one field each (gallery/selecting.py)."""
FEED_CACHE_SECONDS = _whole("FEED_CACHE_SECONDS", default=1, least=0, most=3600)
ZIPS_AT_ONCE = _whole("ZIPS_AT_ONCE", default=1, least=1, most=1000)
"""Zips that the whole site packs at a time; each keeps one web process busy (docs/running.md)."""
MAX_PICTURE_PIXELS = _whole("MAX_PICTURE_PIXELS", default=16_777_216, least=65_536, most=10**8)
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", default="")
"""Where the web server in front of us maps MEDIA_ROOT for itself alone, such as ``/_media/``."""
AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", default="")
AWS_S3_CUSTOM_DOMAIN = env.str("AWS_S3_CUSTOM_DOMAIN", default="")
AWS_S3_ENDPOINT_URL = env.str("AWS_S3_ENDPOINT_URL", default="")
AWS_S3_REGION_NAME = env.str("AWS_S3_REGION_NAME", default="")
STORAGES = {
    "default": (
        {
            "BACKEND": "gallery.storage.PictureStorage",
            "OPTIONS": {
                "bucket_name": AWS_STORAGE_BUCKET_NAME,
                "endpoint_url": AWS_S3_ENDPOINT_URL or None,
                "region_name": AWS_S3_REGION_NAME or None,
                "access_key": env.str("AWS_ACCESS_KEY_ID", default="") or None,
                "secret_key": env.str("AWS_SECRET_ACCESS_KEY", default="") or None,
                "custom_domain": None,
                "default_acl": None,
                "querystring_auth": True,
                "signature_version": "s3v4",
                "file_overwrite": True,
                # A larger file that is read lies on the disk meanwhile, not in memory.
                "max_memory_size": 2_097_152,
            },
        }
        if AWS_STORAGE_BUCKET_NAME
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = str(BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]

# -- Providers ----------------------------------------------------------------------------------

OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="") or None
PROVIDER_TIMEOUT = _whole("PROVIDER_TIMEOUT", default=300, least=1, most=3600)
"""Seconds that one call to a provider may take in all."""
PROMPT_MODERATION = _choice(
    "PROMPT_MODERATION",
    default="openai" if OPENAI_API_KEY and not OPENAI_BASE_URL else "terms",
    choices=("terms", "openai"),
)
"""``terms``: the administrator's list only; ``openai``: also OpenAI's free moderation."""
DEMO_MODEL = _choice("DEMO_MODEL", default="auto", choices=("auto", "on", "off"))
"""``auto`` offers the demo model only while no provider has a key."""
DEMO_SECONDS = _whole("DEMO_SECONDS", default=4, least=0, most=300)

# -- Payments -------------------------------------------------------------------------------------

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_VERSION = "2026-05-27.dahlia"
"""What dj-stripe was tested with; without this it follows the SDK."""
STRIPE_LIVE_MODE = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
if STRIPE_SECRET_KEY and not STRIPE_SECRET_KEY.startswith(("sk_", "rk_")):
    raise ImproperlyConfigured("STRIPE_SECRET_KEY must start with sk_ or rk_ (a restricted key).")
if _stripe_host := env.str("STRIPE_API_HOST", default="").rstrip("/"):
    # dj-stripe warns of this setting in production, so it is there only where it is set.
    STRIPE_API_HOST = _stripe_host
STRIPE_PRACTICE = _switch("STRIPE_PRACTICE", default=False)
"""Pretend money beside `make run`; set by config/local/practice.py and never by hand."""
if STRIPE_PRACTICE and (not DEBUG or not _stripe_host.startswith("http://127.0.0.1:")):
    raise ImproperlyConfigured("STRIPE_PRACTICE is for `make run` alone: it takes pretend money.")
if STRIPE_SECRET_KEY == "sk_test_practice" and not STRIPE_PRACTICE:  # noqa: S105 - it opens nothing
    raise ImproperlyConfigured("STRIPE_SECRET_KEY is that of the practice till; use your own.")
STRIPE_PAGES = _stripe_host
"""Where the pages of a stand-in lie: forms may lead there."""
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY = ""
"""Whose customer is whose is told by our own table, never by what an event says."""
CURRENCY = env.str("CURRENCY", default="usd").lower()
"""What packs and plans are sold in: the three letters of ISO 4217."""
if len(CURRENCY) != 3 or not CURRENCY.isalpha():
    raise ImproperlyConfigured("CURRENCY must be three letters, such as usd or eur.")

# -- Google Play ----------------------------------------------------------------------------------


def _products(name: str) -> dict[str, str]:
    """``easel.basic=basic,easel.premium=premium``: which tier a product leads to."""
    pairs = [pair.partition("=") for pair in env.list(name, default=[]) if pair.strip()]
    if not all(product.strip() and tier.strip() for product, _equals, tier in pairs):
        raise ImproperlyConfigured(f"{name} must look like easel.basic=basic,easel.pro=premium.")
    return {product.strip(): tier.strip() for product, _equals, tier in pairs}


GOOGLE_PLAY_CREDENTIALS = env.str("GOOGLE_PLAY_CREDENTIALS", default="")
"""The JSON key of a service account, or the path to it."""
GOOGLE_PLAY_PACKAGE = env.str("GOOGLE_PLAY_PACKAGE", default="")
GOOGLE_PLAY_PRODUCTS = _products("GOOGLE_PLAY_PRODUCTS")
GOOGLE_PLAY_BASE_URL = env.str(
    "GOOGLE_PLAY_BASE_URL", default="https://androidpublisher.googleapis.com"
).rstrip("/")
GOOGLE_PLAY_TEST_PURCHASES = _switch("GOOGLE_PLAY_TEST_PURCHASES", default=DEBUG)
GOOGLE_PLAY_PUSH_AUDIENCE = env.str(
    "GOOGLE_PLAY_PUSH_AUDIENCE", default=f"{SITE_URL}/billing/google-play/notifications/"
)
GOOGLE_PLAY_PUSH_EMAIL = env.str("GOOGLE_PLAY_PUSH_EMAIL", default="")
GOOGLE_PLAY_CERTS_URL = env.str(
    "GOOGLE_PLAY_CERTS_URL", default="https://www.googleapis.com/oauth2/v1/certs"
)

# -- Work ---------------------------------------------------------------------------------------

LEASE_SECONDS = _whole("LEASE_SECONDS", default=60, least=2, most=600)
"""How long a worker may be silent before its work is handed on; it renews at a quarter of this."""

# -- Earned credits -------------------------------------------------------------------------------

AD_REWARD_UNITS = {
    unit.strip().rpartition("/")[2] for unit in env.list("AD_REWARD_UNITS", default=[]) if unit
}
"""Numbers of the AdMob ad units whose watching is rewarded; none: the feature is off."""
AD_KEYS_URL = env.str(
    "AD_KEYS_URL", default="https://www.gstatic.com/admob/reward/verifier-keys.json"
)

# -- Security -------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS


def _bucket_origins() -> list[str]:
    """Where links to the bucket lead, which pictures that are not public are fetched by."""
    if not AWS_STORAGE_BUCKET_NAME:
        return []
    if AWS_S3_ENDPOINT_URL:
        service = urlsplit(AWS_S3_ENDPOINT_URL)
        hosts = [service.netloc, f"{AWS_STORAGE_BUCKET_NAME}.{service.netloc}"]
        return [f"{service.scheme}://{host}" for host in hosts]
    regions = ["s3", f"s3.{AWS_S3_REGION_NAME}"] if AWS_S3_REGION_NAME else ["s3"]
    hosts = [f"{AWS_STORAGE_BUCKET_NAME}.{region}.amazonaws.com" for region in regions]
    return [f"https://{host}" for host in hosts]


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [
            SELF,
            "data:",
            "blob:",
            *([f"https://{AWS_S3_CUSTOM_DOMAIN}"] if AWS_S3_CUSTOM_DOMAIN else []),
            *_bucket_origins(),
        ],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [
            SELF,
            "https://accounts.google.com",
            "https://checkout.stripe.com",
            "https://billing.stripe.com",
            *([STRIPE_PAGES] if STRIPE_PAGES else []),
        ],
        "frame-ancestors": [NONE],
    }
}

# -- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
]
LANGUAGE_COOKIE_NAME = "easel_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True

# -- Log ------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": ["console"], "propagate": False},
        "httpx2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
    },
}
