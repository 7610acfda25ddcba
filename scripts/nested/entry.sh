#!/bin/sh
# Arguments go to `thresher nested` as they are. Without any, the environment says what to do (TARGET, MODE, REQUESTS ...; `thresher
# nested` knows them, and their defaults in a container), and nothing set at all means the demo agent of the gateway on the host.
set -eu
if [ $# -eq 0 ]; then
  export TARGET="${TARGET:-demo-agent.synthetic_nested}"
  echo "thresher nested: $TARGET at ${BASE_URL:-http://host.docker.internal:8080}" >&2
fi
exec thresher nested "$@"
