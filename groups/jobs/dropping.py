"""Results that may no longer be had go at once: what they were made from has been erased or withdrawn."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from groups.jobs.fence import raise_fence
from groups.jobs.running import end
from groups.jobs.tasks import back_to_the_queue
from groups.models import LIO, CommunityGroup, Job
from toolkit_portal.core.kept_files import delete_on_commit

ERASED = "Data that was in it has been erased since. Make it again to have it without."


def drop_results(
    *,
    why: str,
    kinds: Iterable[str] | None = None,
    group: CommunityGroup | None = None,
    lio: LIO | None = None,
) -> int:
    """Drops results of jobs, with their files, and says how many. What is being made at this moment begins anew.

    kinds: only these; all if left out. group: only what may hold that group's data. lio: only what may hold that of
    the LIO or of one of its groups. why: for the owner, who may have it made again. Call it in the transaction that
    erases or withdraws, and before or after the rows change, as you like.
    """
    with transaction.atomic():
        raise_fence()
        jobs = Job.objects.all() if kinds is None else Job.objects.filter(kind__in=list(kinds))
        if group is not None:
            jobs = jobs.filter(
                Q(pk__in=Job.objects.naming(group).values("pk")) | _ids(Job.objects.wide_over(group))
            )
        if lio is not None:
            named = Job.groups.through._base_manager.filter(communitygroup__lio=lio)
            jobs = jobs.filter(Q(pk__in=named.values("job")) | Q(lio=lio) | Q(scope=Job.Scope.COUNTY))
        return empty(jobs, why)


def empty(jobs: QuerySet[Job], why: str) -> int:
    """Takes the results of these jobs away, and says how many. Call it behind the fence."""
    back_to_the_queue(jobs.filter(state=Job.State.RUNNING), attempts=0)
    done = Job.objects.filter(
        pk__in=list(
            jobs.filter(state=Job.State.DONE).select_for_update(of=("self",)).values_list("pk", flat=True)
        )
    )
    delete_on_commit(*(str(name) for name in done.exclude(file="").values_list("file", flat=True)))
    return end(
        done,
        Job.State.FAILED,
        reason=why,
        report={},
        file="",
        filename="",
        content_type="",
        size=0,
        sha256="",
    )


def _ids(jobs: QuerySet[Job]) -> Q:
    return Q(pk__in=jobs.values("pk"))
