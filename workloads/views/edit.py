"""Creating an App or Job, and changing an App: form or JSON, preview, difference, conflict."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.errors import Conflict, ConsoleError, Invalid, Refused
from console.web.pages import render_page, see_other
from tenants.access import Permission, tenant_for
from tenants.models import Tenant
from tenants.storage.models import Volume
from workloads import actions, queries
from workloads.forms.changes import differences
from workloads.forms.editor import TEXT, Editor, as_json
from workloads.forms.typed import ROWS
from workloads.kinds.spec import spec_of, to_dict
from workloads.models import App
from workloads.views.asking import NOUNS, list_of, member, page_of, workload_for

BLANK = {"name": ""}
TEMPLATE = "workloads/workload_form.html"


@login_required
def create(request: HttpRequest, tenant: str, kind: str) -> HttpResponse:
    """Create an App or Job; `clone=<name>` begins with an existing one."""
    team = tenant_for(request.user, tenant, Permission.OPERATE)
    if request.method != "POST":
        return _render(request, team, _first(request, team, kind))
    editor = Editor.of_post(kind, request.POST)
    return _edited(request, team, editor) or _create(request, team, editor)


def _first(request: HttpRequest, team: Tenant, kind: str) -> Editor:
    """Return the empty form, or a copy of another one without its name."""
    cloned = request.GET.get("clone", "")
    if not cloned:
        return Editor.of_spec(kind, BLANK)
    origin = workload_for(request, team, kind, cloned)
    return Editor.of_spec(kind, {**to_dict(spec_of(origin)), "name": f"{cloned}-copy"[:40]})


def _create(request: HttpRequest, team: Tenant, editor: Editor) -> HttpResponse:
    make: Any = actions.create_app if editor.kind == "app" else actions.create_job
    try:
        workload = make(user=member(request), tenant=team, data=editor.data())
    except Refused:
        raise
    except ConsoleError as error:
        return _render(request, team, editor, error=error)
    return see_other(request, page_of(workload), message=f"“{workload.name}” starts.")


@login_required
def app_edit(request: HttpRequest, tenant: str, name: str) -> HttpResponse:
    """Change an App: write, look at the difference, save."""
    team = tenant_for(request.user, tenant, Permission.OPERATE)
    app = queries.app_for(member(request), team, name)
    if request.method != "POST":
        editor = Editor.of_spec("app", to_dict(spec_of(app)), locked_name=app.name)
        return _render(request, team, editor, app=app)
    editor = Editor.of_post("app", request.POST, locked_name=app.name)
    return _edited(request, team, editor, app) or _change(request, team, editor, app)


def _edited(
    request: HttpRequest, team: Tenant, editor: Editor, app: App | None = None
) -> HttpResponse | None:
    """Answer what changes the form and not the App; None when it is to be saved."""
    do = request.POST.get("_do", "")
    if do in {"as-json", "as-form"}:
        switched = editor.switched("json" if do == "as-json" else "form")
        return _render(request, team, switched, app=app)
    if do.removeprefix("add-") in ROWS:
        editor.typed.rows[do.removeprefix("add-")].append(("", ""))
        return _render(request, team, editor, app=app)
    if do == "write":
        return _render(request, team, editor, app=app)
    if do == "preview":
        return _render(request, team, editor, app=app, partial="form-side")
    return None


def _change(request: HttpRequest, team: Tenant, editor: Editor, app: App) -> HttpResponse:
    """Show the difference first; save what has been confirmed, if nobody was faster."""
    seen = _seen_revision(request, app)
    try:
        data = editor.data()
        preview = actions.preview(user=member(request), tenant=team, kind="app", data=data, app=app)
        if preview.errors:
            raise Invalid(fields=preview.errors)
        if seen != app.revision:
            return _conflict(request, team, editor, app)
        if request.POST.get("_do") != "confirm":
            return _review(request, team, editor, app)
        actions.change_app(user=member(request), app=app, data=data, expected_revision=seen)
    except Conflict:
        app.refresh_from_db()
        return _conflict(request, team, editor, app)
    except Refused:
        raise
    except ConsoleError as error:
        return _render(request, team, editor, app=app, error=error)
    text = f"“{app.name}” changes, one replica after the other."
    return see_other(request, page_of(app), message=text)


def _seen_revision(request: HttpRequest, app: App) -> int:
    """Return the revision that the form was opened with."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else app.revision


def _review(request: HttpRequest, team: Tenant, editor: Editor, app: App) -> HttpResponse:
    return _render(request, team, editor, app=app, stage="review")


def _conflict(request: HttpRequest, team: Tenant, editor: Editor, app: App) -> HttpResponse:
    """Show what somebody else changed meanwhile, and keep what was written."""
    seen = app.revisions.filter(number=_seen_revision(request, app)).first()
    theirs = differences(seen.spec, app.spec) if seen else []
    latest = app.revisions.first()
    extra = {"theirs": theirs, "latest": latest}
    return _render(request, team, editor, app=app, stage="conflict", extra=extra)


def _render(
    request: HttpRequest,
    team: Tenant,
    editor: Editor,
    *,
    app: App | None = None,
    error: ConsoleError | None = None,
    stage: str = "write",
    partial: str = "workload-form",
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the form with all that was typed; errors of fields stand beside them."""
    shown = _preview(request, team, editor, app)
    has_fields = isinstance(error, Invalid) and bool(error.fields)
    if isinstance(error, Invalid) and has_fields:
        is_text = TEXT in error.fields
        editor.errors = dict(error.fields) if is_text else {**shown["problems"], **error.fields}
    context = {
        "team": team,
        "section": f"{editor.kind}s",
        "kind": editor.kind,
        "noun": NOUNS[editor.kind],
        "editor": editor,
        "app": app,
        "stage": stage,
        "revision": app.revision if app and stage == "conflict" else _opened_with(request, app),
        "error": None if has_fields else error,
        "volumes": list(Volume.objects.filter(tenant=team).values_list("name", flat=True)),
        "action_url": request.get_full_path() if app else _create_url(team, editor.kind),
        "back_url": page_of(app) if app else list_of(editor.kind, team),
        "text_name": TEXT,
        **shown,
        **(extra or {}),
    }
    return render_page(request, TEMPLATE, context, partial=partial)


def _opened_with(request: HttpRequest, app: App | None) -> int:
    if app is None:
        return 0
    return _seen_revision(request, app) if request.method == "POST" else app.revision


def _create_url(team: Tenant, kind: str) -> str:
    return reverse(f"{kind}-create", kwargs={"tenant": team.slug})


def _preview(request: HttpRequest, team: Tenant, editor: Editor, app: App | None) -> dict[str, Any]:
    """Return what the side panel shows: quota after this, manifests, the difference.

    A name and an image that are still to be typed don't keep the quota from being shown.
    """
    data = editor.readable()
    is_whole = bool(data.get("name") and data.get("image"))
    missing = {key: ["This is needed."] for key in ("name", "image") if not data.get(key)}
    data = {**data, **dict.fromkeys(missing, "new")}
    preview = actions.preview(
        user=member(request), tenant=team, kind=editor.kind, data=data, app=app
    )
    found = differences(app.spec, preview.spec) if app and preview.spec else []
    text = "\n".join(as_json(manifest) for manifest in preview.manifests) if is_whole else ""
    return {
        "preview": preview,
        "problems": {**missing, **preview.errors},
        "differences": found,
        "manifests_text": text,
    }
