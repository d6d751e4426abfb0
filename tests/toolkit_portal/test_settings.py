"""What the settings make of the environment: SQLite's journal, hosts, cookies, mail, files without an address."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.storage import default_storage

from tests.factories import make_lio, make_officer
from tests.toolkit_portal.commands import GOOD, ROOT, clean_environment
from toolkit_portal.settings import _write_ahead_log_is_sound

SHOW = """
import json
from django.conf import settings
names = ["ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
         "SECURE_HSTS_SECONDS", "EMAIL_BACKEND", "REQUIRE_SECOND_FACTOR", "DEBUG", "DEMO",
         "CSRF_TRUSTED_ORIGINS", "ACCOUNT_DEFAULT_HTTP_PROTOCOL", "PASSWORD_HASHERS"]
shown = {name: getattr(settings, name) for name in names}
shown["proxy"] = list(getattr(settings, "SECURE_PROXY_SSL_HEADER", None) or [])
shown["engine"] = settings.DATABASES["default"]["ENGINE"]
print(json.dumps(shown))
"""


def settings_with(var_dir: Path, **variables: str) -> dict[str, object]:
    """The settings named in SHOW in a process with these variables only."""
    ended = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=clean_environment(var_dir, DJANGO_SETTINGS_MODULE="toolkit_portal.settings", **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 99), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_the_write_ahead_log_only_where_its_defect_is_fixed(version: tuple[int, int, int], sound: bool):
    assert _write_ahead_log_is_sound(version) is sound


def test_production_has_secure_cookies_fixed_hosts_mail_and_a_second_factor(tmp_path: Path):
    shown = settings_with(tmp_path, **GOOD)
    assert shown["ALLOWED_HOSTS"] == ["portal.example.org", "127.0.0.1", "localhost", "[::1]"]
    assert shown["SESSION_COOKIE_SECURE"] is shown["CSRF_COOKIE_SECURE"] is True
    assert shown["SECURE_SSL_REDIRECT"] is True
    assert shown["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert shown["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert shown["REQUIRE_SECOND_FACTOR"] is True
    assert shown["DEBUG"] is shown["DEMO"] is False
    assert shown["CSRF_TRUSTED_ORIGINS"] == ["https://portal.example.org"]
    assert shown["ACCOUNT_DEFAULT_HTTP_PROTOCOL"] == "https"
    assert shown["proxy"] == [], "X-Forwarded-Proto counts only behind a proxy that the settings name"
    assert shown["engine"].endswith("postgresql")


def test_the_demo_sends_no_mail_and_asks_for_no_second_factor(tmp_path: Path):
    shown = settings_with(tmp_path, DEMO="1", EMAIL_HOST="mail.example.org", TRUSTED_PROXIES="1")
    assert shown["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert shown["REQUIRE_SECOND_FACTOR"] is False
    assert shown["SESSION_COOKIE_SECURE"] is False
    assert shown["proxy"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert shown["engine"].endswith("sqlite3")


def test_private_files_have_no_address_and_lie_apart_from_static_ones():
    private, public = Path(default_storage.location), Path(settings.STATIC_ROOT)
    assert private == settings.PRIVATE_FILES
    assert not private.is_relative_to(public)
    assert not public.is_relative_to(private)
    assert default_storage.file_permissions_mode == 0o600
    with pytest.raises(ValueError, match="no address"):
        default_storage.url("report.pdf")


@pytest.mark.django_db
def test_passwords_are_kept_as_argon2id_and_older_ones_become_so_at_the_next_sign_in(tmp_path, settings):
    settings.PASSWORD_HASHERS = settings_with(tmp_path)["PASSWORD_HASHERS"]
    person = make_officer(lio=make_lio())
    person.password = make_password("peaks and dales in rain", hasher="pbkdf2_sha256")
    person.save()
    assert not person.check_password("peaks and dales in sun")
    assert person.password.startswith("pbkdf2_sha256$")
    assert person.check_password("peaks and dales in rain")
    person.refresh_from_db()
    # OWASP's least: 19 MiB, two passes, one lane.
    assert person.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert person.check_password("peaks and dales in rain")
