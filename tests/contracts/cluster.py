"""The contract of `console.cluster.protocol.Cluster`: every implementation passes all of it.

A test module derives a class from `ClusterContract` and provides four fixtures: `cluster`; `space`,
a Namespace of its own for each test; `programs`, containers that this cluster can run; and
`expire`, which makes a version too old to watch from and returns it.
"""

from tests.contracts.cluster_containers import ContainerContract
from tests.contracts.cluster_objects import ObjectContract
from tests.contracts.cluster_workloads import (
    DeploymentContract,
    JobContract,
    ServiceContract,
)


class ClusterContract(
    ObjectContract, ContainerContract, JobContract, DeploymentContract, ServiceContract
):
    """All of the contract."""
