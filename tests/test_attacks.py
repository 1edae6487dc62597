"""What an attacker found once, each as a test."""

from __future__ import annotations

import time
from http.cookiejar import CookieJar

import pytest
from django.test import Client

from console.cluster.local.proxy import Proxy
from console.errors import QuotaExceeded
from tenants.models import Tenant, User
from tests.conftest import ApiOf
from workloads import actions
from workloads.api.proxy import _content_type
from workloads.models import App

pytestmark = pytest.mark.django_db


def test_the_admin_has_no_sign_in_of_its_own(client: Client, vera: User) -> None:
    response = client.post("/admin/login/?next=/admin/", {"username": "root", "password": "x"})
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=/admin/")
    client.force_login(vera)
    assert client.get("/admin/login/").status_code == 403


def test_a_password_is_changed_on_the_consoles_page(client: Client, root: User) -> None:
    client.force_login(root)
    assert client.get("/admin/password_change/")["Location"] == "/account/password/"


def test_the_proxy_keeps_no_cookies() -> None:
    proxy = Proxy(None)  # type: ignore[arg-type]
    jar = proxy._client.cookies.jar
    proxy.close()
    assert isinstance(jar, CookieJar)
    assert jar._policy.is_not_allowed("127.0.0.1")  # type: ignore[attr-defined]


def test_a_hostile_content_type_costs_nothing() -> None:
    began = time.thread_time()
    assert _content_type("a/b" + (";a=x" + " " * 600) * 4 + "!") == "application/octet-stream"
    assert _content_type("a/b" + (";a=x" + " " * 40) * 4 + "!") == "application/octet-stream"
    assert time.thread_time() - began < 0.05
    assert _content_type("image/png; charset=utf-8") == "image/png; charset=utf-8"


def test_json_too_deep_is_the_senders_mistake(client: Client) -> None:
    response = client.post("/api/v1/token/", "[" * 200_000, content_type="application/json")
    assert response.status_code == 400


def test_a_stopped_app_can_not_start_with_more_than_the_quota(alice: User, team_a: Tenant) -> None:
    data = {"name": "web", "image": "i", "command": ["x"], "resources": {"cpu": "100m"}}
    app = actions.create_app(user=alice, tenant=team_a, data=data)
    actions.stop_app(user=alice, app=app)
    actions.change_app(
        user=alice, app=app, data={**app.spec, "resources": {"cpu": "500", "memory": "64Mi"}}
    )
    with pytest.raises(QuotaExceeded):
        actions.start_app(user=alice, app=App.objects.get(pk=app.pk))


@pytest.mark.parametrize("tail", ["0" * 5000, "000000001999999999"])
def test_a_tail_is_a_small_number(tail: str, api: ApiOf, alice: User, team_a: Tenant) -> None:
    data = {"name": "web", "image": "i", "command": ["x"]}
    actions.create_app(user=alice, tenant=team_a, data=data)
    response = api(alice).get("/api/v1/tenants/team-a/apps/web/logs/", {"tail": tail})
    assert response.status_code == 422
