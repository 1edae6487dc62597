"""Everything a user can do to Apps and Jobs; pages and API call these and nothing else.

Every function is keyword-only and takes the acting user; it checks access itself (call it with what
`VIEW` access found, so that a refused attempt reaches the audit trail), and raises `Invalid` with
`fields`, `Refused`, `Conflict`, `QuotaExceeded` or `NotFound`.

The agreed signatures (the bodies follow in apps.py, jobs.py, bulk.py and preview.py):

    create_app(*, user, tenant, data) -> App
    create_job(*, user, tenant, data) -> Job
    change_app(*, user, app, data, expected_revision=None, reason="") -> App   # data: the whole spec
    scale_app(*, user, app, replicas) -> App
    restart_app(*, user, app) -> App
    stop_app(*, user, app) -> App
    start_app(*, user, app) -> App
    roll_back_app(*, user, app, number, expected_revision=None) -> App
    delete_app(*, user, app) -> App          # the row goes once its objects have
    cancel_job(*, user, job) -> Job
    retry_job(*, user, job) -> Job
    delete_job(*, user, job) -> Job
    bulk(*, user, tenant, kind, action, names) -> list[BulkResult]
        # kind "app": restart stop start delete; kind "job": cancel retry delete
        # BulkResult(name: str, ok: bool, message: str)
    preview(*, user, tenant, kind, data, app=None) -> Preview
        # never raises for bad input: Preview(errors: dict[path, list[str]], spec: dict | None,
        #   manifests: list[dict], refusal: str, quota: list[QuotaLine], changes: list[FieldChange])
        # FieldChange(path, before, after); QuotaLine(resource, label, used, asked, limit, left,
        #   short, used_text, asked_text, limit_text, left_text)

Queries (workloads/queries.py):

    apps_of(user, tenant) -> QuerySet[App];  jobs_of(user, tenant) -> QuerySet[Job]
    app_for(user, tenant, name) -> App;  job_for(user, tenant, name) -> Job      # NotFound
    pods_of(workload) -> list[PodView]    # name state reason message ready restarts exit_code
                                          # created_at started_at finished_at node revision_is_current
    pods_in(tenant) -> list[PodView] (with kind, workload);  pod_in(tenant, name) -> PodView
    events_of(workload) -> list[EventView]   # type reason message count first_at last_at object
    manifests_of(workload) -> list[dict];  manifests_text(workload) -> str  # as kubectl takes them
    revisions_of(app) -> QuerySet[Revision]
    log_of(tenant, pod, *, container="", previous=False, tail=None, follow=False) -> Iterator[LogLine]
    recent_failures(tenant, limit=5) -> list[App | Job]

Quota (workloads/quota.py): usage(tenant) -> list[QuotaLine]  (asked is 0)
Spec: workloads.kinds.spec.spec_of(row) -> AppSpec | JobSpec;  kinds.spec.to_dict(spec) -> dict;
      kinds.app.form.parse(data), kinds.job.form.parse(data) raise Invalid(fields={path: [sentence]})
"""
