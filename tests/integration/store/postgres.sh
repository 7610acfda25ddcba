#!/bin/sh
# A PostgreSQL server for the tests alone: its own cluster in a temporary folder, reached through a Unix socket there, so that
# it meets no other server and no port. PostgreSQL refuses to run as root: then it runs as postgres, or nobody.
#
#   postgres.sh start FOLDER    FOLDER/url then holds the URL; FOLDER/cluster is where everything lies
#   postgres.sh stop FOLDER     stops the server and removes it
set -eu
folder=${2:?usage: postgres.sh start|stop FOLDER}
user=
if [ "$(id -u)" -eq 0 ]; then
  if id postgres >/dev/null 2>&1; then user=postgres; else user=nobody; fi
fi
as_user() {
  if [ -n "$user" ]; then
    (cd / && exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME=/nonexistent "$@")
  else
    "$@"
  fi
}

for candidate in /usr/lib/postgresql/*/bin "$(pg_config --bindir 2>/dev/null || true)"; do
  if [ -x "$candidate/initdb" ]; then bin=$candidate; fi
done
: "${bin:?no initdb found: install the package postgresql}"

stop() {
  [ -f "$folder/cluster" ] || return 0
  cluster=$(cat "$folder/cluster")
  rm -f "$folder/cluster" "$folder/url"
  [ -d "$cluster" ] || return 0
  as_user "$bin/pg_ctl" stop -D "$cluster/data" -m immediate >/dev/null 2>&1 || true
  rm -rf "$cluster"
}

start() {
  stop  # of a test run that was killed
  mkdir -p "$folder"
  cluster=$(mktemp -d "${TMPDIR:-/tmp}/thresher-pg-XXXXXX")  # short: a socket's path has room for 107 bytes
  echo "$cluster" >"$folder/cluster"
  [ -z "$user" ] || chown "$user" "$cluster"
  as_user "$bin/initdb" -D "$cluster/data" -U thresher -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log"
  # A user whose password is asked for; everybody else on this socket is trusted.
  as_user sh -c "printf 'local all guarded scram-sha-256\nlocal all all trust\n' >'$cluster/data/pg_hba.conf'"
  if ! as_user "$bin/pg_ctl" start -w -t 60 -D "$cluster/data" -l "$cluster/log" \
    -o "-c listen_addresses='' -c unix_socket_directories='$cluster' -c max_connections=60 -c fsync=off" \
    >"$folder/start.log" 2>&1 </dev/null; then
    cat "$folder/start.log" "$cluster/log" >&2
    exit 1
  fi
  "$bin/psql" -q -h "$cluster" -U thresher -d postgres -c "CREATE ROLE guarded LOGIN PASSWORD 'open sesame'"
  printf 'postgresql://thresher@%s/postgres' "$(printf '%s' "$cluster" | sed 's|/|%2F|g')" >"$folder/url"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) echo "usage: postgres.sh start|stop FOLDER" >&2; exit 2 ;;
esac
