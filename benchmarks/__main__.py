"""Run the benchmarks named on the command line, or all of them (ALL)."""

import sys

from benchmarks import (
    dates,
    extraction,
    feeds,
    fuzz,
    mutations,
    planning,
    polling,
    published,
    refile,
    rhythm,
    sending,
    sending_load,
    sensitivity,
    year,
)

ALL = {
    "feeds": feeds.run,
    "extraction": extraction.run,
    "mutations": mutations.run,
    "sensitivity": sensitivity.run,
    "planning": planning.run,
    "sending": sending.run,
    "sending-load": sending_load.run,
    "polling": polling.run,
    "published": published.run,
    "rhythm": rhythm.run,
    "refile": refile.run,
    "fuzz": fuzz.run,
    "dates": dates.run,
    "year": year.run,
}

for name in sys.argv[1:] or ALL:
    ALL[name]()
