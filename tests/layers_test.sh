#!/bin/bash
# scripts/check-layers finds what it is there to find: tried on a small tree, one offence at a time.
set -euo pipefail
script=$(cd "$(dirname "$0")/.." && pwd)/scripts/check-layers
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

# expect STATUS TEXT FILE LINE: with a tree that has LINE in FILE besides innocent files, check-layers ends with
# STATUS and prints TEXT.
expect() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/scripts" "$tree/src/herd/base" "$tree/src/herd/net" "$(dirname "$tree/$3")"
  cp "$script" "$tree/scripts/"
  echo '#include <string>' >"$tree/src/herd/base/text.h"
  echo '#include <boost/asio/io_context.hpp>' >"$tree/src/herd/net/session.h"
  echo "$4" >"$tree/$3"
  local output status=0
  output=$("$tree/scripts/check-layers" 2>&1) || status=$?
  if [ "$status" -ne "$1" ] || [[ $output != *"$2"* ]]; then
    printf 'with "%s" in %s: expected status %s and "%s"; status %s, printed:\n%s\n' "$4" "$3" "$1" "$2" "$status" "$output"
    failures=$((failures + 1))
  fi
}

expect 0 'layers hold' src/herd/wire/record.h '#include "herd/base/text.h"'
expect 0 'layers hold' src/herd/node/node.cpp '#include "herd/net/session.h"'
expect 0 'layers hold' src/herd/flood/link.cpp '// std::rand() and such come in as arguments'
expect 1 'src/herd/base/result.h:1:#include "herd/wire/record.h"' src/herd/base/result.h '#include "herd/wire/record.h"'
expect 1 'wire may include, of this project, only base geo wire,' src/herd/wire/record.cpp '#include "herd/node/node.h"'
expect 1 'src/herd/geo/location.cpp:1:' src/herd/geo/location.cpp '#include "location.h"'
expect 1 'src/herd/geo/location.cpp:1:' src/herd/geo/location.cpp '#include <herd/net/session.h>'
expect 1 'store is below net' src/herd/store/partition.h '#include <mutex>'
expect 1 'flood is below net' src/herd/flood/link.cpp '#include <boost/asio/ip/tcp.hpp>'
expect 1 'protocols is below net' src/herd/protocols/line_protocol.cpp 'auto now() { timespec t; clock_gettime(CLOCK_REALTIME, &t); }'
expect 0 'layers hold' src/herd/simulation/herd.h '#include "herd/flood/link.h"'
expect 0 'layers hold' src/herd/simulation/main.cpp '#include <chrono>'
expect 1 'simulation may include, of this project, only base geo wire' src/herd/simulation/herd.h '#include "herd/net/session.h"'
expect 1 'simulation is below net' src/herd/simulation/herd.cpp '#include <random>'
expect 1 'flood may include, of this project, only' src/herd/flood/link.cpp '#include "herd/simulation/herd.h"'
expect 1 'no layer of that name' src/herd/common/things.h ''

[ "$failures" -eq 0 ] && echo 'check-layers finds each offence'
exit "$((failures > 0))"
