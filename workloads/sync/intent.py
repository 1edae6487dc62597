"""What a row wants of the cluster, as manifests."""

from __future__ import annotations

from datetime import UTC

from console.cluster.objects import Manifest
from workloads.kinds.app import manifests as app_manifests
from workloads.kinds.app.manifests import Intent
from workloads.kinds.job import manifests as job_manifests
from workloads.kinds.parts import DIGEST, Place
from workloads.kinds.spec import app_spec, job_spec
from workloads.models import App, Job

MAIN_KIND = {"app": "Deployment", "job": "Job"}


def place_of(workload: App | Job) -> Place:
    """Return the tenant and the Namespace of a workload."""
    return Place(workload.tenant.slug, workload.tenant.namespace)


def manifests_of(workload: App | Job, *, running: int = 0) -> list[Manifest]:
    """Return everything that has to exist; `running` is how many replicas an App has now."""
    place = place_of(workload)
    if isinstance(workload, Job):
        spec = job_spec(workload.spec)
        return job_manifests.manifests(spec, place=place, attempt=workload.attempt)
    intent = Intent(workload.revision, workload.stop_wanted, restarted_text(workload), running)
    return app_manifests.manifests(app_spec(workload.spec), place=place, intent=intent)


def digest_of(workload: App | Job) -> str:
    """Return the annotation that the Deployment or Job carries when it agrees with the row."""
    return str(manifests_of(workload)[0]["metadata"]["annotations"][DIGEST])


def template_of(app: App) -> str:
    """Return the digest that an App's current pods carry."""
    return app_manifests.template_digest(
        app_spec(app.spec), place=place_of(app), restarted_at=restarted_text(app)
    )


def restarted_text(app: App) -> str:
    """Return when an App was last asked to restart, as its pods' annotation has it."""
    return app.restarted_at.astimezone(UTC).isoformat() if app.restarted_at else ""
