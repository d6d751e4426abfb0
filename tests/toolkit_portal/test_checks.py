"""`manage.py check --deploy --fail-level WARNING` lets a sound production through and stops each single fault."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.test import override_settings

from tests.toolkit_portal.commands import GOOD, manage
from toolkit_portal.checks import production_is_safe

DEPLOY = ("check", "--deploy", "--fail-level", "WARNING")
SOUND = {
    "DEMO": False,
    "HTTPS": True,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "REQUIRE_SECOND_FACTOR": True,
    "ALLOWED_HOSTS": ["portal.example.org"],
}
FAULTS = {
    "DEMO": ({"DEMO": "1"}, "portal.E001"),
    "http": ({"PORTAL_URL": "http://portal.example.org"}, "portal.E002"),
    "no mail": ({"EMAIL_HOST": ""}, "portal.W003"),
    "no second factor": ({"REQUIRE_SECOND_FACTOR": "0"}, "portal.W004"),
    "every host": ({"ALLOWED_HOSTS": "*"}, "portal.E005"),
    "one of the hosts is every host": ({"ALLOWED_HOSTS": "portal.example.org, *"}, "portal.E005"),
    "DEBUG": ({"DEBUG": "1"}, "security.W018"),
}


def test_each_single_fault_stops_the_check_and_a_sound_production_passes(tmp_path: Path):
    variables = {"nothing": {}, **{fault: change for fault, (change, _) in FAULTS.items()}}
    with ThreadPoolExecutor(2) as pool:
        ended = dict(
            zip(
                variables,
                pool.map(
                    lambda change: manage(*DEPLOY, var_dir=tmp_path, **{**GOOD, **change}), variables.values()
                ),
                strict=True,
            )
        )
    assert ended["nothing"].returncode == 0, ended["nothing"].stderr
    for fault, (_, name) in FAULTS.items():
        assert ended[fault].returncode == 1, fault
        assert name in ended[fault].stderr, fault


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"DEMO": True}, ["portal.E001"]),
        ({"HTTPS": False}, ["portal.E002"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}, ["portal.W003"]),
        ({"REQUIRE_SECOND_FACTOR": False}, ["portal.W004"]),
        ({"ALLOWED_HOSTS": ["a.example", "*"]}, ["portal.E005"]),
    ],
)
def test_one_fault_gives_one_message_with_what_to_do(change: dict[str, object], expected: list[str]):
    with override_settings(**{**SOUND, **change}):
        found = production_is_safe(None)
    assert [message.id for message in found] == expected
    assert all(message.hint for message in found)
