"""A kind of job that only tests know, and a way to have jobs done without a worker."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from groups.jobs import Covers, JobContext, JobKind, Params, Result, kinds, queue_job, running
from groups.models import CommunityGroup, Job, User

KEY = "test-list"


def may(user: User, params: Params) -> bool:
    """Officers and managers may have a list of names of the groups they see."""
    return user.roles.sees_groups


def write_names(context: JobContext) -> Result:
    names = sorted(CommunityGroup.objects.visible_to(context.owner).values_list("name", flat=True))
    with context.new_file("txt").open("w", encoding="utf-8") as out:
        for number, name in enumerate(names, start=1):
            out.write(f"{name}\n")
            context.progress(number, len(names), "groups")
    return Result(filename="names.txt", content_type="text/plain", report={"Groups": len(names)})


def covers_groups(user: User, params: Params) -> Covers:
    """As the parameters say: some groups, an LIO, the county, or nobody."""
    if named := params.get("groups"):
        return Covers(groups=tuple(named))  # type: ignore[arg-type]
    if lio := params.get("lio"):
        return Covers(lio=int(str(lio)))
    return Covers(county=bool(params.get("county")))


@contextmanager
def kind(
    run: Callable[[JobContext], Result] = write_names,
    *,
    may: Callable[[User, Params], bool] = may,
    **facts: object,
) -> Iterator[JobKind]:
    """The kind of job of this test, there until the block ends."""
    made = JobKind(key=KEY, words="List of names", may=may, covers=covers_groups, run=run, **facts)  # type: ignore[arg-type]
    kinds.forget(KEY)
    kinds.register(made)
    try:
        yield made
    finally:
        kinds.forget(KEY)


def make_lasting_kind() -> None:
    """The kind of job of tests that can't say when it is over, such as the rows of the access table."""
    kinds.forget(KEY)
    kinds.register(JobKind(key=KEY, words="List of names", may=may, covers=covers_groups, run=write_names))


def queue(by: User, *, title: str = "Names of groups", **params: object) -> Job:
    return queue_job(kind=KEY, by=by, params=params, title=title, client_id=uuid.uuid4())


def run_queued() -> int:
    """Does what waits, each job once, and says how many."""
    waiting = list(
        Job.objects.filter(state=Job.State.QUEUED).order_by("queued_at", "pk").values_list("pk", flat=True)
    )
    for pk in waiting:
        running.do(pk)
    return len(waiting)


def make_done(by: User, **params: object) -> Job:
    """A job that is done, with its file."""
    job = queue(by, **params)
    running.do(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    return job


def make_failed(by: User) -> Job:
    """A job that failed just now."""
    job = queue(by)
    running.fail(Job.objects.filter(pk=job.pk), "It can’t be made.")
    job.refresh_from_db()
    return job


def stored() -> set[str]:
    """The names of all files in the folder of jobs, half ones too."""
    try:
        return set(default_storage.listdir("jobs")[1])
    except FileNotFoundError:
        return set()


def let_lease_run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
