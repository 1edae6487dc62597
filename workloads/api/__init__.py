"""The REST API of Apps, Jobs and pods: same actions, same access, same errors as the pages."""
