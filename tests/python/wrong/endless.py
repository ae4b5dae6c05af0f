"""An import that does not end, and has started a program by then."""

import subprocess
import sys
import time

subprocess.Popen(["sleep", "60"])
print("imported for a long time", file=sys.stderr, flush=True)
time.sleep(60)
