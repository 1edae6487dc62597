"""The form of a new volume."""

from __future__ import annotations

from django import forms

from console.quantities import memory_quantity, parse_memory
from tenants.models import NAME_PATTERN
from tenants.quota import MOST_BYTES
from tenants.storage.models import DEFAULT_SIZE


def read_size(text: str) -> int:
    """Return bytes of "1Gi" or "500 MiB"; ValueError says what is accepted."""
    size = parse_memory(text)
    if not 0 < size <= MOST_BYTES:
        raise ValueError("A volume has at least one byte and at most 1 EiB.")
    return size


class VolumeForm(forms.Form):
    """A new volume's name and size."""

    name = forms.CharField(
        max_length=40,
        help_text="Lower-case letters, digits and “-”; Apps and Jobs mount it by this name.",
        widget=forms.TextInput(
            attrs={
                "pattern": NAME_PATTERN.strip("^$"),
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )
    size = forms.CharField(initial=memory_quantity(DEFAULT_SIZE), help_text="1 GiB, 500Mi.")

    def clean_size(self) -> int:
        """Read the size in bytes."""
        try:
            return read_size(self.cleaned_data["size"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
