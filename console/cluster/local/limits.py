"""What the embedded cluster can't do, in sentences for people."""

LIMITS = (
    "Containers are processes of the console's own user and can read whatever it can.",
    "Nothing in the kernel keeps containers of different tenants apart.",
    "Network policies and egress rules are stored, not enforced: containers share one network.",
    "Images are not run: moonbase/<name> is a directory of examples/, others only name a command.",
    "Memory limits are checked about once a second, and CPU limits are not enforced.",
    "A program must listen on the port in $PORT.",
    "Read-only mounts are not enforced.",
    "HorizontalPodAutoscalers, ResourceQuotas, Roles and Ingresses are stored, not acted on.",
    "There is one node, this machine.",
)
