"""Settings of the tests: a data directory of their own, cheap password hashes, no more."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_directory = tempfile.mkdtemp(prefix="moonbase-tests-")
atexit.register(shutil.rmtree, _directory, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("CONSOLE_")]:
    if not _name.startswith("CONSOLE_TEST_"):
        del os.environ[_name]
os.environ["CONSOLE_DATA_DIR"] = _directory
os.environ["CONSOLE_SECRET_KEY"] = "canary-secret-key-of-the-tests-0123456789-abcdefghijkl"

from console.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
