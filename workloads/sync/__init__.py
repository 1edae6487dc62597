"""Makes the cluster agree with the rows, and the rows tell what the cluster shows.

`push` goes from intent to cluster, `observe` from cluster to the observed columns; both may be
called at any time and any number of times. The service runs them in a serving process.
"""

from workloads.sync.intent import manifests_of, place_of
from workloads.sync.observe import recompute
from workloads.sync.push import push
from workloads.sync.service import push_on_commit, register

__all__ = ["manifests_of", "place_of", "push", "push_on_commit", "recompute", "register"]
