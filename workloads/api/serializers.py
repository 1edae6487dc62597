"""What the API of workloads takes and gives. Inputs only describe: kinds/*/form.py reads them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from workloads.kinds.spec import job_spec
from workloads.models import App, Job, State


class GpuInput(serializers.Serializer[Any]):
    count = serializers.IntegerField(default=0)
    model = serializers.CharField(required=False, help_text="As the node's label has it.")
    memory = serializers.CharField(required=False, help_text="At least this much: 40 GiB.")


class ResourcesInput(serializers.Serializer[Any]):
    cpu = serializers.CharField(default="500m", help_text="500m, 0.5 or a number of cores.")
    memory = serializers.CharField(default="512Mi", help_text="512Mi, 2 GiB or bytes.")
    gpu = GpuInput(required=False)


class MountInput(serializers.Serializer[Any]):
    volume = serializers.CharField()
    path = serializers.CharField(help_text="Absolute: /data.")


class AutoscaleInput(serializers.Serializer[Any]):
    min = serializers.IntegerField(default=1)
    max = serializers.IntegerField()
    cpu = serializers.IntegerField(default=80, help_text="Percent of the asked CPU.")


class ExposeInput(serializers.Serializer[Any]):
    host = serializers.CharField(required=False)
    path = serializers.CharField(default="/")


class HealthInput(serializers.Serializer[Any]):
    path = serializers.CharField(default="/")


class SpecInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40)
    image = serializers.CharField(max_length=255)
    command = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Or one text, as in a shell."
    )
    args = serializers.ListField(child=serializers.CharField(), required=False)
    env = serializers.DictField(child=serializers.CharField(), required=False)
    resources = ResourcesInput(required=False)
    mounts = MountInput(many=True, required=False)


class JobInput(SpecInput):
    workers = serializers.IntegerField(default=1)
    framework = serializers.CharField(required=False)
    retries = serializers.IntegerField(default=0)
    timeout = serializers.CharField(required=False, help_text="Seconds, “10 min” or “2 h”.")
    priority = serializers.ChoiceField(choices=["low", "normal", "high"], default="normal")


class AppInput(SpecInput):
    port = serializers.IntegerField(default=8080)
    replicas = serializers.IntegerField(default=1, help_text="Left out where autoscale decides.")
    autoscale = AutoscaleInput(required=False)
    expose = ExposeInput(required=False)
    health = HealthInput(required=False)


class ScaleInput(serializers.Serializer[Any]):
    replicas = serializers.IntegerField()


class RollbackInput(serializers.Serializer[Any]):
    revision = serializers.IntegerField(help_text="The number to go back to.")
    expected_revision = serializers.IntegerField(required=False, help_text="The one you saw.")


class WorkloadOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField(help_text="One word of Kubernetes.")
    message = serializers.CharField(help_text="One sentence that says why.")
    ready = serializers.IntegerField()
    restarts = serializers.IntegerField()
    image = serializers.CharField()
    stop_wanted = serializers.BooleanField()
    delete_wanted = serializers.BooleanField()
    sync_error = serializers.CharField(help_text="Why the last apply failed.")
    state_since = serializers.DateTimeField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    spec = serializers.JSONField(help_text="In the words in which it was asked for.")


class AppOutput(WorkloadOutput):
    replicas = serializers.IntegerField()
    revision = serializers.IntegerField()
    restarted_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = App


class JobOutput(WorkloadOutput):
    workers = serializers.SerializerMethodField()
    attempt = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Job

    def get_workers(self, job: Job) -> int:
        """Return how many workers run side by side."""
        return job_spec(job.spec).workers


class RevisionOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    reason = serializers.CharField()
    spec = serializers.JSONField()


class PodOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField(help_text="What it belongs to: app or job.")
    workload = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField()
    message = serializers.CharField()
    ready = serializers.BooleanField()
    restarts = serializers.IntegerField()
    exit_code = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    node = serializers.CharField()
    attempt = serializers.IntegerField(help_text="Of a Job; 0 for Apps.")


class FieldChangeOutput(serializers.Serializer[Any]):
    path = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class QuotaLineOutput(serializers.Serializer[Any]):
    resource = serializers.CharField(source="resource.word")
    used = serializers.CharField(source="used_text")
    asked = serializers.CharField(source="asked_text")
    limit = serializers.CharField(source="limit_text")
    left = serializers.CharField(source="left_text")


class PreviewOutput(serializers.Serializer[Any]):
    """What a write would do; the answer to `?dry_run=true`."""

    spec = serializers.JSONField()
    manifests = serializers.ListField(child=serializers.JSONField())
    refusal = serializers.CharField(help_text="Why the quota or the cluster would refuse it.")
    quota = QuotaLineOutput(many=True)
    changes = FieldChangeOutput(many=True)
