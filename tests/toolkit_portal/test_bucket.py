"""Private files in a bucket: the settings that name it, and that it gives out no addresses."""

import sys
import types

import pytest
from django.core.exceptions import ImproperlyConfigured

from toolkit_portal import environment

NAMES = ("BUCKET", "REGION", "ENDPOINT", "ACCESS_KEY", "SECRET_KEY", "FOLDER")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    """Sets FILES_… and has the packages be there."""
    for name in NAMES:
        monkeypatch.delenv(f"FILES_{name}", raising=False)
    monkeypatch.setattr(environment, "find_spec", lambda name: object())

    def give(**values: str):
        for name, value in values.items():
            monkeypatch.setenv(f"FILES_{name}", value)
        return environment.bucket()

    return give


def test_without_a_bucket_files_stay_on_the_machine(given):
    assert given() is None


def test_a_bucket_is_private_and_overwrites_nothing(given):
    storage = given(BUCKET="portal-files", ENDPOINT="https://s3.example.org", FOLDER="/county/")
    assert storage["BACKEND"] == "toolkit_portal.core.bucket_files.PrivateBucket"
    options = storage["OPTIONS"]
    assert options["default_acl"] == "private"
    assert options["file_overwrite"] is False
    assert options["location"] == "county"
    assert options["endpoint_url"] == "https://s3.example.org"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"BUCKET": "Not A Bucket"}, "FILES_BUCKET"),
        ({"BUCKET": "b/../c"}, "FILES_BUCKET"),
        ({"REGION": "eu-west-2"}, "FILES_REGION"),
        ({"BUCKET": "files", "ENDPOINT": "http://s3.example.org"}, "FILES_ENDPOINT"),
        ({"BUCKET": "files", "ENDPOINT": "s3.example.org/path"}, "FILES_ENDPOINT"),
        ({"BUCKET": "files", "ACCESS_KEY": "a"}, "FILES_SECRET_KEY"),
        ({"BUCKET": "files", "FOLDER": "../other"}, "FILES_FOLDER"),
    ],
)
def test_a_bad_value_is_refused_by_its_name_and_never_shows_a_key(given, values: dict[str, str], named: str):
    with pytest.raises(ImproperlyConfigured, match=named):
        given(**values)


def test_a_missing_package_is_named(given, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="extra s3"):
        given(BUCKET="files")


def test_a_bucket_gives_out_no_address(monkeypatch: pytest.MonkeyPatch):
    package = types.ModuleType("storages.backends.s3")
    package.S3Storage = type("S3Storage", (), {"url": lambda self, name: "https://signed.example"})  # type: ignore[attr-defined]
    for name in ("storages", "storages.backends"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "storages.backends.s3", package)
    monkeypatch.delitem(sys.modules, "toolkit_portal.core.bucket_files", raising=False)
    from toolkit_portal.core.bucket_files import PrivateBucket

    with pytest.raises(ValueError, match="no address"):
        PrivateBucket().url("evidence/a.png")
    monkeypatch.delitem(sys.modules, "toolkit_portal.core.bucket_files")
