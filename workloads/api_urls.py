"""REST addresses of Apps, Jobs and pods, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from workloads.api import apps, jobs, logs, pods, proxy

A, J, P = (f"tenants/<slug:tenant>/{noun}/" for noun in ("apps", "jobs", "pods"))

urlpatterns = [
    path(A, apps.AppListView.as_view(), name="api-app-list"),
    path(f"{A}<str:name>/", apps.AppDetailView.as_view(), name="api-app-detail"),
    path(f"{A}<str:name>/scale/", apps.AppScaleView.as_view(), name="api-app-scale"),
    path(f"{A}<str:name>/restart/", apps.AppRestartView.as_view(), name="api-app-restart"),
    path(f"{A}<str:name>/stop/", apps.AppStopView.as_view(), name="api-app-stop"),
    path(f"{A}<str:name>/start/", apps.AppStartView.as_view(), name="api-app-start"),
    path(f"{A}<str:name>/rollback/", apps.AppRollbackView.as_view(), name="api-app-rollback"),
    path(f"{A}<str:name>/revisions/", apps.AppRevisionsView.as_view(), name="api-app-revisions"),
    path(f"{A}<str:name>/logs/", logs.AppLogView.as_view(), name="api-app-logs"),
    path(f"{A}<str:name>/proxy/<path:path>", proxy.AppProxyView.as_view(), name="api-app-proxy"),
    path(f"{A}<str:name>/proxy/", proxy.AppRootProxyView.as_view(), name="api-app-proxy-root"),
    path(J, jobs.JobListView.as_view(), name="api-job-list"),
    path(f"{J}<str:name>/", jobs.JobDetailView.as_view(), name="api-job-detail"),
    path(f"{J}<str:name>/cancel/", jobs.JobCancelView.as_view(), name="api-job-cancel"),
    path(f"{J}<str:name>/retry/", jobs.JobRetryView.as_view(), name="api-job-retry"),
    path(f"{J}<str:name>/logs/", logs.JobLogView.as_view(), name="api-job-logs"),
    path(P, pods.PodListView.as_view(), name="api-pod-list"),
    path(f"{P}<str:name>/", pods.PodDetailView.as_view(), name="api-pod-detail"),
    path(f"{P}<str:name>/log", logs.PodLogView.as_view(), name="api-pod-log"),
]
