#!/usr/bin/env bash
# Prints what thresher costs beside wrk, from one run on this machine, and how true its percentiles are.
#
#   tests/bench/run.sh BUILD_DIR [SECTION...]     sections: cpu memory pacing truth streams start serve page recovery micro (default: all)
#
# One local server on core 0, the client pinned to core 1, the two clients in turn. These machines drift, so only ratios from
# one run count. SECONDS_EACH (4) and ROUNDS (5) may be set in the environment.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:?usage: run.sh BUILD_DIR [SECTION...]}" && pwd)
shift
thresher=$build/thresher
export THRESHER_NO_HISTORY=true  # benchmarks are nobody's runs
seconds=${SECONDS_EACH:-4}
rounds=${ROUNDS:-5}
port=18080
known_port=18081
oracle_port=18082
stream_port=18083
page_port=18084
work=$(mktemp -d)
server_pid=
known_pid=
oracle_pid=
stream_pid=

finish() {
  [[ -z $server_pid ]] || kill "$server_pid" 2>/dev/null || true
  [[ -z $known_pid ]] || kill "$known_pid" 2>/dev/null || true
  [[ -z $oracle_pid ]] || kill "$oracle_pid" 2>/dev/null || true
  [[ -z $stream_pid ]] || kill "$stream_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
on_client_core() { taskset -c 1 "$@"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
await_port() {
  local tries
  for tries in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    sleep 0.05
  done
  echo "nothing listens on port $1 after ${tries} tries" >&2
  return 1
}

start_nginx() {
  [[ -z $server_pid ]] || return 0
  local pad answer
  pad=$(printf 'y%.0s' $(seq 1850))
  answer="{\"id\":\"a1\",\"padding\":\"$pad\",\"result\":{\"code\":7,\"status\":\"completed\"},\"tail\":[1,2,3]}"
  sed -e "s|@DIR@|$work|g; s|@PORT@|$port|; s|@ANSWER@|$answer|" "$here/nginx.conf.in" >"$work/nginx.conf"
  taskset -c 0 nginx -e "$work/error.log" -c "$work/nginx.conf" &
  server_pid=$!
  await_port $port
}

start_known() {
  [[ -z $known_pid ]] || { kill "$known_pid"; wait "$known_pid" 2>/dev/null || true; }
  taskset -c 0 "$build/bench_known_server" $known_port "$@" >"$work/known" &
  known_pid=$!
  await_port $known_port
}

# cpu_of COMMAND...: user + system seconds of the process, on standard output; what it prints goes to $work/out.
cpu_of() {
  local TIMEFORMAT='%U %S'
  # A client at the end of its core calls its own run INVALID (121), which is right and no reason to stop here.
  { time "$@" >"$work/out" 2>"$work/err" || true; } 2>&1 | tail -n 1 | awk '{ print $1 + $2 }'
}

# micros_wrk CONNECTIONS [WRK ARGS...] and micros_thresher SCRIPT USERS: CPU microseconds per request.
micros_wrk() {
  local connections=$1 cpu
  shift
  cpu=$(cpu_of taskset -c 1 wrk -t1 -c"$connections" -d"${seconds}s" "$@")
  awk -v cpu="$cpu" '/requests in/ { printf "%.3f\n", cpu * 1e6 / $1 }' "$work/out"
}
micros_thresher() {
  local cpu
  cpu=$(cpu_of taskset -c 1 "$thresher" run "$here/scenarios/$1" --users "$2" --run-time "${seconds}s" --workers 1 --quiet \
    --no-color --host "http://127.0.0.1:$port" --summary-export "$work/summary.json")
  jq -r --argjson cpu "$cpu" '$cpu * 1e6 / .metrics.http_reqs.count' "$work/summary.json"
}

compare() {  # TITLE LIMIT SCRIPT USERS WRK-ARGS...
  local title=$1 limit=$2 script=$3 users=$4 round
  shift 4
  : >"$work/wrk" && : >"$work/ours" && : >"$work/ratios"
  for round in $(seq "$rounds"); do
    micros_wrk "$users" "$@" >>"$work/wrk"
    micros_thresher "$script" "$users" >>"$work/ours"
    ratio "$(tail -n1 "$work/ours")" "$(tail -n1 "$work/wrk")" >>"$work/ratios"
    echo >>"$work/ratios"
  done
  printf '%-42s wrk %6.2f us   thresher %6.2f us   ratio %.2f (at most %s)\n' "$title" "$(median <"$work/wrk")" \
    "$(median <"$work/ours")" "$(grep . "$work/ratios" | median)" "$limit"
}

section_cpu() {
  echo "CPU per request (user + system of the client), ${rounds} rounds of ${seconds} s, medians"
  start_nginx
  compare "GET, 50 users" 1.1 get.lua 50 "http://127.0.0.1:$port/get"
  compare "GET, 1000 users" 1.2 get.lua 1000 "http://127.0.0.1:$port/get"
  compare "POST 1 KiB JSON, 2 KB answer, 50 users" 0.7 post.lua 50 -s "$here/scenarios/post_wrk.lua" "http://127.0.0.1:$port/post"
}

# resident USERS WAIT_GET: resident KiB once all users wait.
resident() {
  local users=$1 pid previous=-1 now
  WAIT_GET=$2 "$thresher" run "$here/scenarios/wait.lua" --users "$users" --run-time 1h --workers 1 --quiet \
    --host "http://127.0.0.1:$port" >/dev/null 2>&1 &
  pid=$!
  # Settled when two readings two seconds apart agree to 1 %.
  for _ in $(seq 30); do
    sleep 2
    now=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
    awk -v a="$previous" -v b="$now" 'BEGIN { exit !(a > 0 && (b - a) * (b - a) < (b * 0.01) * (b * 0.01)) }' && break
    previous=$now
  done
  kill -9 "$pid" && wait "$pid" 2>/dev/null || true
  echo "$now"
}

section_memory() {
  local base users many
  start_nginx
  base=$(resident 1 0)
  users=10000
  echo "Memory per waiting user (resident, over one user's process of $base KiB)"
  awk -v b="$base" -v m="$(resident 100000 0)" 'BEGIN { printf "100,000 users, no connection    %.2f KiB (at most 3)\n", (m - b) / 100000 }'
  many=$(resident $users 1)
  awk -v b="$base" -v m="$many" -v n=$users 'BEGIN { printf "%d users, a connection each   %.2f KiB (at most 10)\n", n, (m - b) / n }'
}

# known_run ARGS...: a run against the known server; its JSON is $work/run.json.
known_run() {
  on_client_core "$thresher" run "$here/scenarios/known.lua" --workers 1 --quiet --host "http://127.0.0.1:$known_port" \
    --json "$work/run.json" "$@" >/dev/null 2>"$work/err" || true
}
field() { jq -r "$1" "$work/run.json"; }

section_pacing() {
  echo "Open model at 2,000/s on an idle core: lateness of arrivals"
  start_known constant 1
  known_run --rate 2000/s --run-time "${seconds}s"
  printf 'median %s ms (below 0.2)   p99 %s ms (below 1)   dropped %s (0)\n' "$(field '.iterations.lateness_ms.percentiles["50"]')" \
    "$(field '.iterations.lateness_ms.percentiles["99"]')" "$(field '.iterations.dropped')"
}

# within TITLE SEEN TRUE SLACK-SHARE SLACK-MS
within() {
  awk -v t="$1" -v s="$2" -v w="$3" -v p="$4" -v a="$5" 'BEGIN {
    d = s - w; if (d < 0) d = -d
    printf "%-34s reported %10.3f ms   true %10.3f ms   %s\n", t, s, w, d <= w * p + a ? "within" : "OFF"
  }'
}

section_truth() {
  echo "A server that freezes for 1 s in every 5 s, 2,000 arrivals a second: truth from the schedule"
  start_known freeze
  known_run --rate 2000/s --run-time 20s
  # A fifth of the arrivals fall into a freeze and wait evenly between 0 and 1 s; p is the tail beyond 80 %.
  within "p99, open model" "$(field '.iterations.response_time_ms.percentiles["99"]')" 950 0.02 0
  within "p90, open model" "$(field '.iterations.response_time_ms.percentiles["90"]')" 500 0.05 0  # 1 % of the arrivals is 50 ms here
  start_known freeze
  known_run --users 50 --run-time 20s
  printf 'closed model, 50 users: p99 %s ms, and it says: %s\n' "$(field '.iterations.response_time_ms.percentiles["99"]')" \
    "$(field '.validity.remarks | join(" ")')"
  echo "Servers of known latency, 500 arrivals a second; true is what the server itself took"
  compare_known "constant 20 ms" "${seconds}s" constant 20
  compare_known "uniform 10..110 ms" 10s uniform 10 110
  compare_known "bimodal 5 or 200 ms" "${seconds}s" bimodal 5 200
}

# compare_known TITLE RUN-TIME SERVER-ARGS...: the reported percentiles beside those of the server's own clock.
compare_known() {
  local title=$1 run_time=$2 p column=1
  shift 2
  start_known "$@"
  known_run --rate 500/s --run-time "$run_time"
  kill "$known_pid" && wait "$known_pid" 2>/dev/null || true
  known_pid=
  for p in 50 99 99.9; do
    within "$title, p$p" "$(field ".requests[-1].duration_ms.percentiles[\"$p\"]")" \
      "$(tail -n 1 "$work/known" | cut -d' ' -f$column)" 0.01 0.05
    column=$((column + 1))
  done
}

# 10,000 streams of five events a second each: what the client adds to the gaps of a server whose gaps are known.
section_streams() {
  local users=10000 column=1 slack=0 p cpu
  echo "10,000 event streams, 50,000 events a second in all; true is what the server itself took"
  taskset -c 0 "$build/bench_stream_server" $stream_port 200 >"$work/streams" &
  stream_pid=$!
  await_port $stream_port
  cpu=$(cpu_of taskset -c 1 "$thresher" run "$here/scenarios/stream.lua" --workers 1 --quiet --users $users --spawn-rate 5000 \
    --no-preflight --run-time $((seconds * 4))s --stop-timeout 0s --host "http://127.0.0.1:$stream_port" --json "$work/run.json")
  kill $stream_pid && wait $stream_pid 2>/dev/null || true
  stream_pid=
  for p in 50 99 99.9; do
    [[ $p != 99.9 ]] || slack=0.01  # one of a thousand meets whatever else the machine does
    within "gap between events, p$p" "$(field ".metrics.inter_event_gap.values.percentiles[\"$p\"]")" \
      "$(tail -n 1 "$work/streams" | cut -d' ' -f$column)" $slack 1
    column=$((column + 1))
  done
  awk -v cpu="$cpu" -v n="$(field .metrics.inter_event_gap.values.count)" \
    'BEGIN { printf "%d gaps measured, %.2f us of CPU an event\n", n, cpu * 1e6 / n }'
}

section_start() {
  start_known constant 0
  local round began first
  : >"$work/starts"
  for round in $(seq "$rounds"); do
    began=$(date +%s%N)
    known_run --iterations 1 --users 1 --out "json=$work/samples.json"
    first=$(jq -r 'select(.type == "Point" and .metric == "http_reqs") | .data.time' "$work/samples.json" | head -n1)
    echo $((($(date -d "$first" +%s%N) - began) / 1000)) >>"$work/starts"
  done
  awk -v us="$(median <"$work/starts")" 'BEGIN { printf "Start to first request answered: %.1f ms (below 100)\n", us / 1000 }'
}

# rate_of TARGET: requests a second of wrk with 50 connections; anything but 2xx answers would be no measurement.
rate_of() {
  on_client_core wrk -t1 -c50 -d"${seconds}s" "http://127.0.0.1:$oracle_port$1" >"$work/out"
  ! grep -q 'Non-2xx' "$work/out" || { echo "$1 is not answered with 2xx" >&2; return 1; }
  awk '/Requests\/sec/ { print $2 }' "$work/out"
}

section_serve() {
  local targets=('/health' '/api/agents/fleet?scale=small' '/api/agents/workflow?num_tasks=6') least=('' 5000 15000) round i
  echo "thresher serve on one core, wrk -c 50 on the other, ${rounds} rounds of ${seconds} s, medians"
  taskset -c 0 "$thresher" serve --port $oracle_port --no-history >/dev/null &
  oracle_pid=$!
  await_port $oracle_port
  for i in 0 1 2; do : >"$work/rate$i"; done
  for round in $(seq "$rounds"); do
    for i in 0 1 2; do rate_of "${targets[i]}" >>"$work/rate$i"; done
  done
  for i in 0 1 2; do
    printf '%-40s %8.0f /s   %s of the constant answer%s\n' "${targets[i]}" "$(median <"$work/rate$i")" \
      "$(ratio "$(median <"$work/rate$i")" "$(median <"$work/rate0")")" "${least[i]:+   (at least ${least[i]}/s)}"
  done
  kill $oracle_pid && wait $oracle_pid 2>/dev/null || true
  oracle_pid=
}

# page_seconds READERS: CPU seconds of a run of ${page_time} s that so many read in the page; none: nobody watches it at all.
page_time=20
page_seconds() {
  local id='' reader readers=() tries
  cpu_of taskset -c 1 "$thresher" run "$here/scenarios/get.lua" --rate 200/s --run-time "${page_time}s" --workers 1 --quiet \
    --host "http://127.0.0.1:$port" --no-preflight >"$work/page_cpu" &
  local run=$!
  if [[ $1 != none ]]; then
    for tries in $(seq 100); do
      id=$(curl -fsS "http://127.0.0.1:$page_port/api/live" | jq -r '.runs[0].id // empty')
      [[ -z $id ]] || break
      sleep 0.05
    done
    for reader in $(seq "$1"); do
      taskset -c 0 curl -fsSN "http://127.0.0.1:$page_port/api/live/$id/events" >"$work/events$reader" &
      readers+=($!)
    done
  fi
  wait "$run"
  for reader in "${readers[@]}"; do wait "$reader"; done
  if [[ $1 != none ]] && (($1 > 0)); then
    local heard
    heard=$(grep -c '^event: second' "$work/events$1")
    ((heard >= page_time - 3)) || { echo "the last reader heard only $heard seconds" >&2; return 1; }
  fi
  cat "$work/page_cpu"
}

section_page() {
  local way
  echo "A run at 200/s for ${page_time} s beside the live page: CPU of the run, ${rounds} rounds, medians (50 readers: at most 1 % of a core)"
  start_nginx
  export XDG_RUNTIME_DIR=$work
  taskset -c 0 "$thresher" serve --port $oracle_port --web-port $page_port --no-history >/dev/null &
  oracle_pid=$!
  await_port $page_port
  for way in none 0 50; do : >"$work/page_$way"; done
  for _ in $(seq "$rounds"); do
    for way in none 0 50; do page_seconds $way >>"$work/page_$way"; done
  done
  for way in none 0 50; do
    awk -v way="$way" -v cpu="$(median <"$work/page_$way")" -v base="$(median <"$work/page_none")" -v time=$page_time 'BEGIN {
      printf "%-16s %6.2f s   %5.2f %% of a core   %+.2f %% beside the unwatched run\n",
        way == "none" ? "unwatched" : way " readers", cpu, 100 * cpu / time, 100 * (cpu - base) / time }'
  done
  kill $oracle_pid && wait $oracle_pid 2>/dev/null || true
  oracle_pid=
}

# What the kit does a second, and what the public recovery system states for the same.
section_recovery() {
  echo "The recovery kit, durable when acknowledged (at least 10 times 200 checkpoints, 2,000 look-ups, 1,666 replays, 200 leases a second)"
  on_client_core "$build"/bench_recovery --benchmark_min_time=0.5 2>/dev/null
}

section_micro() {
  local program
  for program in "$build"/bench_metrics "$build"/bench_bindings; do
    [[ ! -x $program ]] || on_client_core "$program" --benchmark_min_time=0.2
  done
}

(($#)) || set -- cpu memory pacing truth streams start serve page recovery micro
for section in "$@"; do
  "section_$section"
  echo
done
