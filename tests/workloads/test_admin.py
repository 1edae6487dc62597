"""Operators look at workloads in the admin pages and change nothing there."""

from __future__ import annotations

import pytest

from tenants.models import User
from tests.conftest import ClientOf
from workloads.models import App, Job


@pytest.mark.parametrize("noun", ["app", "job", "revision"])
def test_lists_are_read_only(
    noun: str, web: App, train: Job, root: User, client_of: ClientOf
) -> None:
    client = client_of(root)
    assert client.get(f"/admin/workloads/{noun}/").status_code == 200
    assert client.get(f"/admin/workloads/{noun}/add/").status_code == 403


def test_a_row_shows_no_environment(train: Job, root: User, client_of: ClientOf) -> None:
    response = client_of(root).get(f"/admin/workloads/job/{train.pk}/change/")
    assert response.status_code == 200
    assert b"canary-env" not in response.content
    assert client_of(root).post(f"/admin/workloads/job/{train.pk}/delete/").status_code == 403
