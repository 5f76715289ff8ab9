"""`python -m defectsynth.cli` is the command `defectsynth`."""

import sys

from defectsynth.cli import main

if __name__ == "__main__":
    sys.exit(main())
