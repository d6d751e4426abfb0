"""Long work as jobs: queued by a person, done by `manage.py worker`, with progress, a result for a week, or a reason.

An app registers each kind of work as it starts and queues it with queue_job():

    register(JobKind(key="county-table", words="Table of the county", may=…, covers=…, run=…))
    queue_job(kind="county-table", by=user, params={"format": "xlsx"}, title="Table of the county", client_id=…)

Rights are judged by the kind's may() when a job is queued, while it runs and when its file is fetched. What workers are
to do once a day is added with register_daily().
"""

from groups.jobs.context import JobContext
from groups.jobs.daily import register_daily
from groups.jobs.dropping import drop_results
from groups.jobs.kinds import Covers, JobFault, JobKind, Params, Result, register
from groups.jobs.queue import JobRefused, cancel_job, delete_job, queue_job, retry_job

__all__ = [
    "Covers",
    "JobContext",
    "JobFault",
    "JobKind",
    "JobRefused",
    "Params",
    "Result",
    "cancel_job",
    "delete_job",
    "drop_results",
    "queue_job",
    "register",
    "register_daily",
    "retry_job",
]
