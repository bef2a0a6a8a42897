#!/bin/sh
# What a container starts with: `tidings` with the words it was given. Before `run`, the one process that does
# everything, the database is made or brought to the shape of this release; `worker` and `web` leave that to a
# container of its own (service "setup" in docker-compose.yml), so that many may start at once.
set -eu

if [ "${1:-run}" = run ]; then
    tidings init >&2
fi
exec tidings "${@:-run}"
