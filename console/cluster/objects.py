"""The fields of Kubernetes objects that the console shows, as typed structs.

A body is decoded straight into these; fields not named here are skipped, which is what makes a list
of 30,000 pods cheap (goals.md B1). Names follow the Kubernetes API, in snake case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

Manifest = dict[str, Any]


class Api(msgspec.Struct, rename="camel", frozen=True, gc=False, omit_defaults=True):
    """Base of all decoded parts."""


class OwnerReference(Api):
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class Meta(Api):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str = ""
    deletion_timestamp: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()


class Condition(Api):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None


class Waiting(Api):
    reason: str = ""
    message: str = ""


class Running(Api):
    started_at: str | None = None


class Terminated(Api):
    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: str | None = None
    finished_at: str | None = None


class ContainerState(Api):
    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Api):
    name: str = ""
    image: str = ""
    ready: bool = False
    restart_count: int = 0
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class Resources(Api):
    requests: dict[str, str | int | float] = {}
    limits: dict[str, str | int | float] = {}


class Container(Api):
    name: str = ""
    image: str = ""
    resources: Resources = Resources()


class PodSpec(Api):
    node_name: str = ""
    containers: tuple[Container, ...] = ()


class PodStatus(Api):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(name="podIP", default="")
    start_time: str | None = None
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(Api):
    metadata: Meta = Meta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class LabelSelector(Api):
    match_labels: dict[str, str] = {}


class DeploymentSpec(Api):
    replicas: int = 1
    selector: LabelSelector = LabelSelector()
    paused: bool = False


class DeploymentStatus(Api):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class Deployment(Api):
    metadata: Meta = Meta()
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class ReplicaSet(Api):
    metadata: Meta = Meta()
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class JobSpec(Api):
    parallelism: int = 1
    completions: int | None = None
    backoff_limit: int = 6
    suspend: bool = False
    active_deadline_seconds: int | None = None


class JobStatus(Api):
    active: int = 0
    ready: int = 0
    succeeded: int = 0
    failed: int = 0
    start_time: str | None = None
    completion_time: str | None = None
    conditions: tuple[Condition, ...] = ()


class Job(Api):
    metadata: Meta = Meta()
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class ServicePort(Api):
    name: str = ""
    port: int = 0
    target_port: int | str | None = None


class ServiceSpec(Api):
    selector: dict[str, str] = {}
    cluster_ip: str = msgspec.field(name="clusterIP", default="")
    ports: tuple[ServicePort, ...] = ()


class Service(Api):
    metadata: Meta = Meta()
    spec: ServiceSpec = ServiceSpec()


class ObjectReference(Api):
    kind: str = ""
    name: str = ""
    namespace: str = ""
    uid: str = ""


class EventSource(Api):
    component: str = ""


class Event(Api):
    metadata: Meta = Meta()
    involved_object: ObjectReference = ObjectReference()
    type: str = "Normal"
    reason: str = ""
    message: str = ""
    count: int = 1
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    source: EventSource = EventSource()


class NodeStatus(Api):
    capacity: dict[str, str] = {}
    allocatable: dict[str, str] = {}
    conditions: tuple[Condition, ...] = ()


class Node(Api):
    metadata: Meta = Meta()
    status: NodeStatus = NodeStatus()


class Namespace(Api):
    metadata: Meta = Meta()


class Plain(Api):
    """An object of which only the metadata is shown."""

    metadata: Meta = Meta()


Object = Pod | Deployment | ReplicaSet | Job | Service | Event | Node | Namespace | Plain


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of the Kubernetes API; `struct` is what its objects decode to."""

    name: str
    api_version: str
    plural: str
    struct: type[Api]
    namespaced: bool = True


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("Namespace", "v1", "namespaces", Namespace, namespaced=False),
        Kind("Node", "v1", "nodes", Node, namespaced=False),
        Kind("Pod", "v1", "pods", Pod),
        Kind("Service", "v1", "services", Service),
        Kind("Event", "v1", "events", Event),
        Kind("ConfigMap", "v1", "configmaps", Plain),
        Kind("Secret", "v1", "secrets", Plain),
        Kind("ServiceAccount", "v1", "serviceaccounts", Plain),
        Kind("ResourceQuota", "v1", "resourcequotas", Plain),
        Kind("LimitRange", "v1", "limitranges", Plain),
        Kind("PersistentVolumeClaim", "v1", "persistentvolumeclaims", Plain),
        Kind("Deployment", "apps/v1", "deployments", Deployment),
        Kind("ReplicaSet", "apps/v1", "replicasets", ReplicaSet),
        Kind("Job", "batch/v1", "jobs", Job),
        Kind("Ingress", "networking.k8s.io/v1", "ingresses", Plain),
        Kind("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies", Plain),
        Kind("Role", "rbac.authorization.k8s.io/v1", "roles", Plain),
        Kind("RoleBinding", "rbac.authorization.k8s.io/v1", "rolebindings", Plain),
        Kind("HorizontalPodAutoscaler", "autoscaling/v2", "horizontalpodautoscalers", Plain),
    )
}
