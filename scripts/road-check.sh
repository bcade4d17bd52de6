#!/usr/bin/env bash
# Runs the outside check, where it lies beside the checkout, on a simulated day cut to a number of events:
#   scripts/road-check.sh EVENTS [--kill]
set -eu
cd "$(dirname "$0")/.."
events=$1
shift
check=../shared/check/road.mjs
if [ ! -f "$check" ]; then
  echo "skipped: the outside check ($check) is not on this machine"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
folder=$(mktemp -d)
# Where the check keeps what it ran on, so that a failure can be looked into afterwards.
export TMPDIR=$folder
trap 'rm -rf "$folder"' EXIT
npm run --silent simulate -- --seed 7 --attacks burst+start=05:00+patients=2000 --limit "$events" --out "$folder/events.ndjson" --truth "$folder/truth.json"
if node "$check" --repo . --events "$folder/events.ndjson" --truth "$folder/truth.json" --port-base 9410 --keep "$@"; then
  echo "1 passed, 0 failed"
else
  data=$(ls -d "$folder"/vigie-road-* | grep -v '\.log$' | head -n 1)
  echo "what the services said:"
  grep -hE '"level":"(warn|error)"' "$data"/logs/*.log | cut -c1-400 | tail -n 40 || true
  echo "what lies in the log:"
  node_modules/node/bin/node scripts/log-content.mjs "$data" || true
  echo "0 passed, 1 failed"
  exit 1
fi
