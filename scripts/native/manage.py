"""`scripts/manage --native …`: a command of Django's with the environment of the native stack."""

import subprocess
import sys

from native.environment import BACKEND, given_environment, native_environment


def main() -> int:
    environment = native_environment(given_environment())
    return subprocess.call([sys.executable, "manage.py", *sys.argv[1:]], cwd=BACKEND, env=environment)


if __name__ == "__main__":
    sys.exit(main())
