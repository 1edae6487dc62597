"""What the frame of every page shows."""


def frame(request):  # type: ignore[no-untyped-def]
    return {}
