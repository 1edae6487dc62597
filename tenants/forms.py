"""Forms of the tenant pages; the actions validate, the forms keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django import forms

from console.errors import Conflict, Invalid, QuotaExceeded
from tenants import quota
from tenants.models import NAME_PATTERN, Role
from tenants.quota import Quota

T = TypeVar("T")
LIFETIMES = {"12": "12 hours", "168": "7 days", "720": "30 days", "2160": "90 days"}


def attempt(form: forms.Form, action: Callable[[], T]) -> T | None:
    """Run an action; what it refuses becomes errors of the form, and None is returned."""
    try:
        return action()
    except Invalid as error:
        add_errors(form, error)
    except (Conflict, QuotaExceeded) as error:
        form.add_error(None, f"{error.message} {error.hint}".strip())
    return None


def add_errors(form: forms.Form, error: Invalid) -> None:
    """Put the messages of an error beside the fields of a form."""
    for field, messages in error.fields.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)
    if not error.fields:
        form.add_error(None, error.message)


class QuotaForm(forms.Form):
    """What a tenant may use at most, in the words of Kubernetes."""

    cpu = forms.CharField(label="CPU", help_text="Cores: 500m or 8.")
    memory = forms.CharField(help_text="512 MiB, 16Gi.")
    gpu = forms.CharField(label="GPUs")
    pods = forms.CharField(help_text="Containers at the same time.")
    storage = forms.CharField(help_text="All volumes together: 20 GiB.")

    @classmethod
    def of(cls, amounts: Quota, data: Any = None) -> QuotaForm:
        """Return the form filled in with a quota."""
        return cls(data, initial=quota.written(amounts))

    def clean(self) -> dict[str, Any]:
        """Read the amounts into `quota`."""
        cleaned = super().clean() or {}
        try:
            cleaned["quota"] = quota.parse(cleaned)
        except Invalid as error:
            add_errors(self, error)
        return cleaned


class FirstTenantForm(forms.Form):
    """The name of a tenant, and what people call it."""

    slug = forms.CharField(
        label="Name",
        max_length=40,
        help_text="Lower-case letters, digits and “-”; part of every address.",
        widget=forms.TextInput(
            attrs={
                "pattern": NAME_PATTERN.strip("^$"),
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )
    title = forms.CharField(max_length=80, required=False, help_text="As people call the team.")


class TenantForm(QuotaForm, FirstTenantForm):
    """A new tenant with its quota and its first owner."""

    owner = forms.CharField(
        max_length=150, required=False, help_text="Username of the first owner, who admits others."
    )
    field_order = ("slug", "title", "owner", *(resource.word for resource in quota.RESOURCES))


class MemberForm(forms.Form):
    """Who is admitted, and as what."""

    username = forms.CharField(
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    role = forms.TypedChoiceField(choices=Role.choices, coerce=Role, initial=Role.DEVELOPER)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.TypedChoiceField(choices=Role.choices, coerce=Role)


class TokenForm(forms.Form):
    """How long a new token is good for."""

    lifetime = forms.TypedChoiceField(
        label="Valid for",
        choices=list(LIFETIMES.items()),
        coerce=lambda hours: timedelta(hours=int(hours)),
    )


class ConfirmForm(forms.Form):
    """The name of what is going to be deleted, typed."""

    confirm_name = forms.CharField(label="Name", required=False)

    def __init__(self, name: str, data: Any = None) -> None:
        super().__init__(data)
        self.name = name

    def clean_confirm_name(self) -> str:
        """Refuse anything but the name itself."""
        typed = str(self.cleaned_data["confirm_name"])
        if typed != self.name:
            raise forms.ValidationError(f"Type “{self.name}” to confirm.")
        return typed
