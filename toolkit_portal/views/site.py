"""Pages about the portal itself: its health, privacy, accessibility."""

import sqlite3
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.checks import Error, run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from groups.jobs import presence
from readiness.models import Edition


@dataclass(frozen=True)
class Finding:
    """One thing the portal needs: its name for programs and for people, whether it is well, and a word more."""

    key: str
    what: str
    ok: bool
    detail: str
    # Whether people can't work on pages without it.
    is_vital: bool = True


@login_not_required  # whoever has a question about their data may hold no account
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, who sees it, and their rights."""
    return render(request, "site/privacy.html")


@login_not_required  # people who can't sign in because of a barrier must be able to read it
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "site/accessibility.html")


@login_not_required  # a monitor has no account; the page counts nothing and names nobody
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the portal can work: status 200, or 503 where something vital is amiss. JSON for programs."""
    findings = [*database_findings(), pdf_finding()]
    well = all(finding.ok for finding in findings)
    status = 200 if all(finding.ok or not finding.is_vital for finding in findings) else 503
    if request.GET.get("format") == "json" or request.get_preferred_type(
        ["text/html", "application/json"]
    ) == ("application/json"):
        parts = {finding.key: {"ok": finding.ok, "detail": finding.detail} for finding in findings}
        return JsonResponse({"ok": well, "parts": parts}, status=status)
    return render(request, "site/health.html", {"findings": findings, "well": well}, status=status)


def database_findings() -> list[Finding]:
    """Database, its journal, migrations and edition. The first alone where it can't be reached."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        findings = [Finding("database", "Database", True, connection.display_name)]
        if connection.vendor == "sqlite":
            findings.append(journal_finding())
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        findings.append(
            Finding(
                "migrations",
                "Database structure",
                not missing,
                f"{missing} changes to make: run manage.py migrate" if missing else "up to date",
            )
        )
        if not missing:
            edition = Edition.objects.filter(is_current=True).values_list("title", flat=True).first()
            findings.append(
                Finding("edition", "Toolkit edition", bool(edition), edition or "none: run manage.py migrate")
            )
            findings.append(worker_finding())
        return findings
    except DatabaseError:
        # The database's own words may name hosts and accounts: they belong in the log, not here.
        return [Finding("database", "Database", False, "can't be reached")]


def journal_finding() -> Finding:
    """SQLite's version, and its live journal against the one that is safe on this version."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0]).upper()
    # A database in memory has no journal file to choose.
    well = mode in {settings.SQLITE_JOURNAL, "MEMORY"}
    return Finding("sqlite", "SQLite", well, f"version {sqlite3.sqlite_version}, journal {mode}")


def worker_finding() -> Finding:
    """Whether a worker was there within the last minute. Amiss only when work waits for one; pages go on without."""
    if presence.is_there():
        return Finding("worker", "Worker", True, "there", is_vital=False)
    since = presence.waits_since()
    if since is None:
        return Finding(
            "worker", "Worker", True, "none seen lately, and nothing waits for one", is_vital=False
        )
    late = timezone.now() - since > presence.PATIENCE
    detail = (
        "none seen lately, and files wait to be made: run manage.py worker" if late else "none seen lately"
    )
    return Finding("worker", "Worker", not late, detail, is_vital=False)


def pdf_finding() -> Finding:
    """Whether the libraries that make PDFs are there."""
    faults = [message for message in run_checks(tags=["pdf"]) if message.level >= Error("").level]
    return Finding("pdf", "PDFs", not faults, str(faults[0].msg) if faults else "can be made")
