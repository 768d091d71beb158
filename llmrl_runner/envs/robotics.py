"""What `env.module` names for gymnasium-robotics: importing this file registers its environments, and says nothing.

The package prints news of environments that a run may have nothing to do with on every import.
"""

import contextlib
import io

with contextlib.redirect_stderr(io.StringIO()):
    import gymnasium_robotics  # noqa: F401 - registers its environments
