"""The user's own account: sign-in, tokens, password."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from console.web.pages import render_page, see_other
from tenants import actions, tables
from tenants.access import user_of
from tenants.forms import TokenForm, attempt
from tenants.models import User
from tenants.sign_in import SignInForm


class SignInView(LoginView):
    """Django's sign-in with a bound on failed attempts."""

    authentication_form = SignInForm
    redirect_authenticated_user = True


@never_cache
@login_required
def token_list(request: HttpRequest) -> HttpResponse:
    """Show the user's tokens; POST makes one and shows its secret, once, in its answer.

    That answer is no redirect: the secret would have to be kept somewhere meanwhile.
    """
    user = user_of(request)
    if request.method != "POST":
        return _tokens(request, user, TokenForm())
    form, secret = TokenForm(request.POST), ""
    if form.is_valid():
        lifetime = form.cleaned_data["lifetime"]
        issued = attempt(form, lambda: actions.issue_token(user=user, lifetime=lifetime))
        secret = issued[1] if issued else ""
    return _tokens(request, user, form, secret)


@login_required
@require_POST
def token_revoke(request: HttpRequest, token: int) -> HttpResponse:
    """End one of the user's tokens."""
    actions.revoke_token(user=user_of(request), token_id=token)
    return see_other(request, reverse("token-list"), message="The token is revoked.")


@sensitive_post_parameters()
@never_cache
@login_required
def password_change(request: HttpRequest) -> HttpResponse:
    """Change the user's password; their other sessions and all their tokens end."""
    user = user_of(request)
    form = PasswordChangeForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.change_password(user=user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        return see_other(request, reverse("home"), message="The password is changed.")
    context = {"form": form, "section": "account"}
    return render_page(request, "tenants/password_form.html", context, partial="password-form")


def _tokens(request: HttpRequest, user: User, form: TokenForm, secret: str = "") -> HttpResponse:
    table = tables.TOKENS.page(request.GET, user.api_tokens.all())
    context = {"section": "account", "table": table, "form": form, "secret": secret}
    partial = "" if request.method == "POST" else table.name
    return render_page(request, "tenants/token_list.html", context, partial=partial)
