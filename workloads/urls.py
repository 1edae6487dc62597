"""The pages of Apps, Jobs and pods, below /t/<tenant>/."""

from __future__ import annotations

from django.urls import URLPattern, path

from workloads.views.act import act
from workloads.views.bulk import bulk
from workloads.views.detail import detail
from workloads.views.edit import app_edit, create
from workloads.views.lists import app_list, job_list, pod_list
from workloads.views.logs import pod_log, workload_log
from workloads.views.overview import overview, start
from workloads.views.search import search
from workloads.views.trying import app_try

APP, JOB = {"kind": "app"}, {"kind": "job"}

# A name can be any word, so what is not about one App or Job stands beside the lists, not in them.
urlpatterns: list[URLPattern] = [
    path("", overview, name="overview"),
    path("start/<str:step>/", start, name="start-example"),
    path("search/", search, name="search"),
    path("new/app/", create, APP, name="app-create"),
    path("new/job/", create, JOB, name="job-create"),
    path("bulk/app/", bulk, APP, name="app-bulk"),
    path("bulk/job/", bulk, JOB, name="job-bulk"),
    path("apps/", app_list, name="app-list"),
    path("apps/<str:name>/", detail, APP, name="app-detail"),
    path("apps/<str:name>/edit/", app_edit, name="app-edit"),
    path("apps/<str:name>/log/", workload_log, APP, name="app-log"),
    path("apps/<str:name>/send/", app_try, name="app-try"),
    path("apps/<str:name>/do/<str:key>/", act, APP, name="app-act"),
    path("apps/<str:name>/<str:tab>/", detail, APP, name="app-tab"),
    path("jobs/", job_list, name="job-list"),
    path("jobs/<str:name>/", detail, JOB, name="job-detail"),
    path("jobs/<str:name>/log/", workload_log, JOB, name="job-log"),
    path("jobs/<str:name>/do/<str:key>/", act, JOB, name="job-act"),
    path("jobs/<str:name>/<str:tab>/", detail, JOB, name="job-tab"),
    path("pods/", pod_list, name="pod-list"),
    path("pods/<str:pod>/log/", pod_log, name="pod-log"),
]
