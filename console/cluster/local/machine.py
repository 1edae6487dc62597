"""This machine as a Node object."""

from __future__ import annotations

import os
import platform
import re
import socket
from collections.abc import Mapping
from pathlib import Path

import psutil

from console.cluster.local.meta import build, set_condition
from console.cluster.objects import Manifest
from console.quantities import memory_quantity

MOST_PODS = 500


def name_of_this_machine() -> str:
    """Return the host's name as a name of the API."""
    name = re.sub(r"[^a-z0-9.-]+", "-", socket.gethostname().lower()).strip("-.")
    return name[:63] or "node"


def capacity_of_this_machine() -> dict[str, str]:
    """Return what this machine has."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {
        "cpu": str(cores or 1),
        "memory": memory_quantity(psutil.virtual_memory().total // 1024 * 1024),
        "pods": str(MOST_PODS),
    }
    cards = len(list(Path("/proc/driver/nvidia/gpus").glob("*")))
    return found | ({"nvidia.com/gpu": str(cards)} if cards else {})


def node(name: str, capacity: Mapping[str, str]) -> Manifest:
    """Return the Node object."""
    status: Manifest = {
        "capacity": dict(capacity),
        "allocatable": dict(capacity),
        "addresses": [
            {"type": "InternalIP", "address": "127.0.0.1"},
            {"type": "Hostname", "address": name},
        ],
        "nodeInfo": {
            "architecture": platform.machine(),
            "operatingSystem": platform.system().lower(),
            "kernelVersion": platform.release(),
            "containerRuntimeVersion": "process://1",
        },
    }
    set_condition(status, "Ready", True, "KubeletReady", "The console runs containers here.")
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": platform.system().lower()}
    return build("Node", "", name, metadata={"labels": labels}, status=status)
