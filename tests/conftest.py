"""What holds for every test: repeatable examples, no network, nothing left over in the cache."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings

# The same examples in every run, and no time limit: the suite runs on busy machines.
hypothesis_settings.register_profile("portal", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("portal")

# A module goes to one process. These take longest, so they begin first: begun last, one of them would keep a process
# busy while the others have nothing left to do.
LONGEST = (
    "browser/test_every_page.py",
    "test_access.py",
    "browser/test_manager_day.py",
    "evidence/test_withdrawal_everywhere.py",
    "readiness/reports/test_behind.py",
    "toolkit_portal/test_migrations.py",
    "browser/test_officer_day.py",
    "evidence/test_analysis_properties.py",
)
TESTS = Path(__file__).parent
LOCAL = {"127.0.0.1", "::1", "localhost"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the modules that take longest first; all else stays in order. With xdist: --no-loadscope-reorder."""
    place = {TESTS / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Sign-in limits are counted in the cache; one test's attempts are not the next one's."""
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A connection to anywhere but this machine fails the test that makes it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOCAL:
            raise AssertionError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield
