#!/usr/bin/env bash
# Builds everything and passes all tests: tests/run.sh [--soak]
#
# Twice: as it ships, and with the address and undefined-behaviour sanitizers. --soak adds the
# thread sanitizer and the tests that take long. Ends with one line of counts, and fails when
# one test has failed. A test that lacks a program fails. Safe to repeat; builds under build/.
set -euo pipefail
cd "$(dirname "$0")/.."

soak=no
case "${1:-}" in
  "") ;;
  --soak) soak=yes ;;
  *) echo "usage: tests/run.sh [--soak]" >&2; exit 2 ;;
esac

deploy/install-packages.sh --tests
export BOXKITED_TESTS_REQUIRE_ALL=1
jobs=$(nproc)
passed=0
failed=0

build() {  # FOLDER CMAKE-OPTION...
  local folder=$1
  shift
  cmake -S . -B "$folder" -G Ninja "$@" >/dev/null
  cmake --build "$folder" -j "$jobs"
}

run() {  # FOLDER CTEST-OPTION...
  local folder=$1 report
  shift
  report=$(mktemp)
  # Many tests wait for most of their time.
  ctest --test-dir "$folder" -j "$((jobs + 1))" --output-on-failure --timeout 600 "$@" | tee "$report" || true
  local counts
  counts=$(sed -nE 's/.* ([0-9]+) tests? failed out of ([0-9]+).*/\1 \2/p' "$report")
  rm -f "$report"
  if [ -z "$counts" ]; then
    echo "tests/run.sh: no test ran in $folder" >&2
    exit 1
  fi
  failed=$((failed + ${counts% *}))
  passed=$((passed + ${counts#* } - ${counts% *}))
}

build build/release
run build/release -LE soak
[ "$soak" = no ] || export BOXKITED_TESTS_ALL_ROWS=1
build build/sanitize-address -DBOXKITED_SANITIZE=address,undefined
run build/sanitize-address -LE 'soak|release'
if [ "$soak" = yes ]; then
  run build/release -L soak
  run build/sanitize-address -L soak -LE release
  build build/sanitize-thread -DBOXKITED_SANITIZE=thread
  run build/sanitize-thread -LE release
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
