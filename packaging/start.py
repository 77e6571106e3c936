"""What the packaged program starts with: the same as `python -m agent`."""

import sys

from agent.__main__ import main

sys.exit(main())
