"""Bad settings stop the portal at start, in one line that names the variable."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.toolkit_portal.commands import ROOT, clean_environment, manage
from toolkit_portal import environment

READ_KEY = "from django.conf import settings; print(settings.SECRET_KEY)"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "toolkit_portal.settings"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO", "maybe"),
        ("DEBUG", "2"),
        ("REQUIRE_SECOND_FACTOR", "perhaps"),
        ("PORTAL_URL", "portal.example.org"),
        ("PORTAL_URL", "ftp://portal.example.org"),
        ("PORTAL_URL", "https://"),
        ("PORTAL_URL", "https://portal.example.org/portal"),
        ("PORTAL_URL", "https://["),
        ("PORTAL_URL", "https://portal.example.org:99999"),
        ("PORTAL_URL", "https://user:word@portal.example.org"),
        ("SECRET_KEY", "short"),
        ("EMAIL_PORT", "smtp"),
        ("EMAIL_PORT", "0"),
        ("EMAIL_PORT", "65536"),
        ("EMAIL_USE_TLS", "starttls"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "all"),
        ("DATABASE_URL", "mysql://user:word@127.0.0.1/portal"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgres://user:word@127.0.0.1:port/portal"),
        ("DATABASE_URL", "postgres://user@127.0.0.1"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DATABASE_URL", "sqlite:////proc/no/portal.sqlite3"),
        ("VAR_DIR", "/proc/no/such/folder"),
    ],
)
def test_a_bad_value_is_one_plain_line_with_the_variable(name: str, value: str, tmp_path: Path):
    ended = manage("check", **{"var_dir": tmp_path, name: value})
    assert ended.returncode == 1
    assert name in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "word" not in ended.stderr.replace("password", ""), "a message shows a password"


def test_a_start_without_any_variables_works_and_keeps_its_key(tmp_path: Path):
    var = tmp_path / "var"
    assert manage("check", var_dir=var).returncode == 0
    kept = var / "secret-key"
    first = kept.read_text()
    assert len(first) >= 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert environment.secret_key(var, made_up=False) == first
    assert [path.name for path in var.iterdir()] == ["secret-key"]


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READ_KEY],
            cwd=ROOT,
            env=clean_environment(tmp_path / "var", **SETTINGS),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    keys = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert len(keys[0]) >= 50
    assert keys == [(tmp_path / "var" / "secret-key").read_text()] * 4


def test_threads_that_start_at_once_never_see_half_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with ThreadPoolExecutor(8) as pool:
        for attempt in range(20):
            var = tmp_path / str(attempt)
            keys = set(pool.map(lambda _, var=var: environment.secret_key(var, made_up=False), range(8)))
            assert keys == {(var / "secret-key").read_text()}


def test_half_a_key_on_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "secret-key").write_text("")
    with pytest.raises(ImproperlyConfigured, match="secret-key is too short"):
        environment.secret_key(tmp_path, made_up=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("yes", True), ("ON", True), (" 1 ", True), ("no", False), ("Off", False), ("", False)],
)
def test_flags_in_words(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DEMO", value)
    assert environment.flag("DEMO") is expected


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://portal.example.org/", "https://portal.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("", "http://default.example"),
    ],
)
def test_web_addresses(given: str, read: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORTAL_URL", given)
    assert environment.web_address("PORTAL_URL", "http://default.example") == read


def test_lists_lose_spaces_and_empty_parts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example, ,b.example,")
    assert environment.listing("ALLOWED_HOSTS") == ["a.example", "b.example"]
