#!/bin/sh
# Holds the sources to the house: who may include whom (the table of DESIGN, closed over what lies below), header guards, libuv and
# Lua kept in their rooms, no stray prints. One line per finding: file:line: why. Exit 1 when there is one.
#
#   tests/tidy/house.sh [ROOT]     ROOT: the folder that holds runtime/ (default: this repository)
set -eu
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"

find runtime plugins -name '*.h' -o -name '*.hpp' -o -name '*.cpp' | sort | xargs awk '
  BEGIN {
    uses["base"] = "base"
    uses["profile"] = "base"
    uses["pacing"] = "base"
    uses["metrics"] = "base"
    uses["comparison"] = "base metrics"
    uses["event"] = "base"
    uses["proxy"] = "base event"
    uses["control"] = "base event"
    uses["http"] = "base event"
    uses["script"] = "base"
    uses["plugin"] = "base"
    uses["engine"] = "base profile pacing metrics event"
    uses["bindings"] = "base profile pacing metrics event engine script http plugin proxy"
    uses["report"] = "base profile pacing metrics event engine"
    uses["store"] = "base profile pacing metrics event engine"
    uses["service"] = "base profile pacing metrics event engine http plugin store proxy control"
    uses["cli"] = "base profile pacing metrics event engine script http plugin bindings report store service comparison proxy control"
  }
  function complain(why) { print FILENAME ":" FNR ": " why; found = 1 }
  function finish_file() {
    if (previous ~ /^runtime\/.*\.h$/ && !guarded) { print previous ":1: a header without #pragma once"; found = 1 }
  }
  FNR == 1 {
    finish_file()
    previous = FILENAME
    guarded = 0
    split(FILENAME, part, "/")
    room = part[1] == "runtime" ? part[2] : ""
    header = FILENAME ~ /\.h(pp)?$/
    if (room != "" && !(room in uses)) complain("the room \"" room "\" is not in the table")
  }
  /^#pragma once/ { guarded = 1 }
  room != "" && /^#include "/ {
    path = $0
    sub(/^#include "/, "", path)
    sub(/".*/, "", path)
    split(path, included, "/")
    other = included[1]
    if (other in uses && other != room && (" " uses[room] " ") !~ (" " other " "))
      complain(room " may not use " other)
  }
  room != "" && /^#include <uv\.h>/ && room != "event" && room != "cli" { complain("libuv stays in event") }
  room != "" && /^#include <lua\.hpp>/ && room != "script" && room != "bindings" {
    complain("Lua stays in script and bindings")
  }
  room != "" && /^#include <(sqlite3|libpq-fe)\.h>/ && room != "store" && room != "cli" { complain("databases stay in store") }
  header && room == "event" && /^#include <uv\.h>/ && FILENAME !~ /_internal\.h$/ { complain("<uv.h> in a public header") }
  header && /using namespace/ && $0 !~ /^ *\/\// { complain("using namespace in a header") }
  room != "" && room != "cli" && room != "report" && /std::(cout|cerr)|[^n]printf\(/ && $0 !~ /stderr/ { complain("a stray print") }
  END { finish_file(); exit found }
'
