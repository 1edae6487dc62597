"""Everything a user can do to Apps and Jobs; pages and API call these and nothing else.

Every function takes keywords only, the acting user among them, and checks access itself: call it
with what VIEW access found, so that a refused attempt reaches the audit trail. What may be raised:
`Invalid` with `fields`, `Refused`, `Conflict`, `QuotaExceeded`, `NotFound`.
"""

from workloads.actions.apps import (
    change_app,
    create_app,
    delete_app,
    restart_app,
    roll_back_app,
    scale_app,
    start_app,
    stop_app,
)
from workloads.actions.bulk import APP_ACTIONS, JOB_ACTIONS, BulkResult, bulk
from workloads.actions.jobs import cancel_job, create_job, delete_job, retry_job
from workloads.actions.preview import Preview, preview

__all__ = [
    "APP_ACTIONS",
    "JOB_ACTIONS",
    "BulkResult",
    "Preview",
    "bulk",
    "cancel_job",
    "change_app",
    "create_app",
    "create_job",
    "delete_app",
    "delete_job",
    "preview",
    "restart_app",
    "retry_job",
    "roll_back_app",
    "scale_app",
    "start_app",
    "stop_app",
]
