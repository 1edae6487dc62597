"""How static files get their hashed names."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_SOURCE_MAP = "sourceMappingURL"


def _without_source_maps(rules: Any) -> tuple[Any, ...]:
    texts = [(rule if isinstance(rule, str) else rule[0], rule) for rule in rules]
    return tuple(rule for text, rule in texts if _SOURCE_MAP not in text)


class ConsoleStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes the imports between our ES modules too, and leaves source maps of packages out.

    A browser must never run an old module beside a new one; and a map is megabytes that only a
    debugger of the package itself would read.
    """

    patterns = (
        *(
            (glob, _without_source_maps(rules))
            for glob, rules in CompressedManifestStaticFilesStorage.patterns
        ),
        (
            "console/*.js",
            CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
        ),
    )
