"""The portal as gunicorn serves it: its health, a style sheet, a page that isn't there, in a process of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.toolkit_portal.commands import ROOT, clean_environment, manage

SCRIPTS = sorted(
    path for path in (ROOT / ".ci").iterdir() if path.is_file() and path.name != "system-packages"
)


def shell_scripts() -> list[Path]:
    return [path for path in SCRIPTS if path.read_text(encoding="utf-8").startswith("#!/bin/sh")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A running portal."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers by lower-case name, and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            named = {name.casefold(): value for name, value in answer.getheaders()}
            return answer.status, named, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a portal of its own."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def served(var: Path) -> Iterator[Served]:
    """Database, collected files and server; ends with the module's last test."""
    port = free_port()
    here = {"PORTAL_URL": f"http://127.0.0.1:{port}"}
    for command in (("migrate",), ("collectstatic", "--noinput")):
        ended = manage(*command, "--verbosity", "0", var_dir=var, **here)
        assert ended.returncode == 0, ended.stderr
    (var / "files").mkdir()
    (var / "files" / "report.pdf").write_bytes(b"private")
    log = var / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "toolkit_portal.wsgi:application"),
                *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--no-control-socket"),
            ],
            cwd=ROOT,
            env=clean_environment(var, **here),
            stdout=out,
            stderr=out,
        )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < until, log.read_text()
                time.sleep(0.1)
        yield Served(port)
    finally:
        server.terminate()
        assert server.wait(timeout=20) == 0, log.read_text()


def test_health_is_well_after_migrate_alone(served: Served):
    status, headers, body = served.get("/health/", Accept="application/json")
    assert status == 200, body
    assert headers["content-type"] == "application/json"


def test_style_sheets_are_kept_by_browsers_and_asked_for_again_only_when_changed(served: Served):
    status, headers, body = served.get("/static/css/tokens.css")
    assert status == 200
    assert headers["content-type"].startswith("text/css")
    assert "max-age=" in headers["cache-control"] and "no-store" not in headers["cache-control"]
    assert "{" in body
    again, _, nothing = served.get("/static/css/tokens.css", **{"If-None-Match": headers["etag"]})
    assert (again, nothing) == (304, "")


def test_an_unknown_address_shows_our_own_page_and_no_details(served: Served):
    status, headers, body = served.get("/no/such/page/")
    assert status == 404
    assert "We can’t find that page" in body
    assert 'lang="en-GB"' in body
    assert "Traceback" not in body and "urlconf" not in body.casefold() and "DEBUG" not in body
    assert "'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/files/report.pdf",
        "/static/../files/report.pdf",
        "/static/%2e%2e/files/report.pdf",
        "/portal.sqlite3",
        "/static/../portal.sqlite3",
        "/static/..%2fsecret-key",
    ],
)
def test_nothing_of_the_portals_own_folder_is_served(served: Served, path: str):
    status, _, body = served.get(path)
    assert status == 404
    assert "We can’t find that page" in body


def test_a_forged_host_is_refused(served: Served):
    assert served.get("/", Host="evil.example")[0] == 400


@pytest.mark.parametrize("script", shell_scripts(), ids=lambda path: path.name)
def test_scripts_are_valid_shell(script: Path):
    checked = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True, timeout=60)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_there_is_a_script_that_serves():
    assert "serve" in {path.name for path in shell_scripts()}


class Running:
    """`.ci/serve` with all that it has started, in a session of its own."""

    def __init__(self, var: Path) -> None:
        self.port = free_port()
        self.log = var / "serve.log"
        with self.log.open("wb") as out:
            self.script = subprocess.Popen(
                [str(ROOT / ".ci" / "serve")],
                cwd=ROOT,
                env=clean_environment(var, DEMO="0", PORT=str(self.port)),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def processes(self) -> dict[int, str]:
        """Number and command of each process of the session that lives."""
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal():
                continue
            try:
                state = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if int(state[3]) == self.script.pid and state[0] != "Z":
                found[int(folder.name)] = command
        return found

    def find(self, words: str) -> int:
        """The first process whose command has these words."""
        return min(number for number, command in self.processes().items() if words in command)

    def wait_until_well(self) -> None:
        """Until the pages answer and the worker has said that it is there."""
        until = time.monotonic() + 90
        while True:
            assert self.script.poll() is None and time.monotonic() < until, self.log.read_text()
            try:
                body = Served(self.port).get("/health/", Accept="application/json")[2]
            except OSError:
                body = "{}"
            if json.loads(body).get("parts", {}).get("worker", {}).get("detail") == "there":
                return
            time.sleep(0.2)

    def wait_for_the_end(self) -> int:
        """The script's exit status, once no process of the session is left."""
        status = self.script.wait(timeout=40)
        until = time.monotonic() + 5
        while self.processes() and time.monotonic() < until:
            time.sleep(0.1)
        assert self.processes() == {}, self.log.read_text()
        return status


@pytest.fixture
def running(var: Path) -> Iterator[Running]:
    if not (ROOT / ".venv" / "bin" / "gunicorn").exists() or not Path("/proc/self/stat").exists():
        pytest.skip("needs .venv and /proc")
    found = Running(var)
    try:
        found.wait_until_well()
        yield found
    finally:
        for number in found.processes():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        found.script.wait(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_pages_and_worker_end_together_when_told_to(running: Running, number: signal.Signals):
    assert len([command for command in running.processes().values() if "manage.py worker" in command]) == 1
    if number == signal.SIGINT:
        os.killpg(running.script.pid, number)  # as a terminal does for Ctrl-C
    else:
        running.script.send_signal(number)
    assert running.wait_for_the_end() == 0


# The pages' own processes follow a killed parent only after half a minute, so that one is told to end.
@pytest.mark.parametrize(
    ("words", "number"), [("manage.py worker", signal.SIGKILL), ("gunicorn", signal.SIGTERM)]
)
def test_when_one_ends_the_other_does_too_and_the_script_says_so(
    running: Running, words: str, number: signal.Signals
):
    os.kill(running.find(words), number)
    assert running.wait_for_the_end() == 1
    assert "one of its two processes ended by itself" in running.log.read_text()
