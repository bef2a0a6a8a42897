"""Run the benchmarks named on the command line, or all: feeds, extraction, sending."""

import sys

from benchmarks import extraction, feeds, sending

ALL = {"feeds": feeds.run, "extraction": extraction.run, "sending": sending.run}

for name in sys.argv[1:] or ALL:
    ALL[name]()
