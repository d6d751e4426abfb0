"""Access to jobs: their owner's alone, whoever else may see what they are about."""

from tests import jobs
from tests.access.rows import Row
from tests.cast import Cast

OWNER = {"officer": 200}
SIGNED_IN = dict.fromkeys(("lead", "other_lead", "officer", "other_officer", "manager", "administrator"), 200)


def _waiting(cast: Cast) -> dict[str, object]:
    with jobs.kind():
        return {"pk": jobs.queue(cast.officer).pk}


def _failed(cast: Cast) -> dict[str, object]:
    with jobs.kind():
        return {"pk": jobs.make_failed(cast.officer).pk}


def _done(cast: Cast) -> dict[str, object]:
    with jobs.kind():
        return {"pk": jobs.make_done(cast.officer).pk}


def _done_of_a_lasting_kind(cast: Cast) -> dict[str, object]:
    """The kind is known when the file is asked for, too."""
    jobs.make_lasting_kind()
    return {"pk": jobs.make_done(cast.officer).pk}


ROWS = [
    Row("jobs", get=SIGNED_IN),
    Row("job", kwargs=_waiting, get=OWNER),
    Row("job_file", kwargs=_done_of_a_lasting_kind, get=OWNER),
    Row("job_cancel", kwargs=_waiting, post={"officer": 302}),
    Row("job_retry", kwargs=_failed, post={"officer": 302}),
    Row("job_delete", kwargs=_done, get=OWNER, post={"officer": 302}),
]
