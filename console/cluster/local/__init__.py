"""The embedded cluster: Kubernetes' behaviour on one machine, containers as processes."""

from console.cluster.local.cluster import LocalCluster
from console.cluster.local.engine import Options

__all__ = ["LocalCluster", "Options"]
