"""How deep the property tests search: moderately here, deeper where a build server sets `CI`."""

import os

from hypothesis import settings

settings.register_profile("here", deadline=None, max_examples=200)
settings.register_profile("ci", deadline=None, max_examples=1000, derandomize=False, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
