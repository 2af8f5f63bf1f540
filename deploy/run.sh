#!/usr/bin/env bash
# Builds boxkited and runs it with a demo: a baseline of a real table, and 500 predictions.
# Everything it makes lies in build/, save the packages that it installs. Can be run again.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: deploy/run.sh [--once] [--port N] [--build FOLDER]

Installs what is missing (Debian), builds into build/, runs the daemon with config/demo/, sends it
the demo's predictions and shows what became of them. Then it keeps running until Ctrl-C.

  --once          ends after showing
  --port N        listens on 127.0.0.1:N; 9810 when not given
  --build FOLDER  builds there; build/ when not given. One that is configured stays as it is
TEXT
}

fail() {
    echo "run.sh: $*" >&2
    exit 1
}

once=
port=9810
build=build
while (($#)); do
    case $1 in
    --once) once=yes ;;
    --port)
        port=${2-}
        shift
        ;;
    --build)
        [[ -n ${2-} ]] || fail "--build: expected a folder"
        build=$(realpath -m -- "$2")
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift || break
done
if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
    echo "run.sh: --port: expected a number from 1 to 65535" >&2
    exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "port $port is taken; end what listens there, or choose another with --port"
fi

deploy/install-packages.sh
if [[ $build == build || ! -e $build/build.ninja ]]; then
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBOXKITED_TESTS=OFF >/dev/null
fi
ninja -C "$build" boxkited

url=http://127.0.0.1:$port
demo=build/demo/$port
rm -rf "$demo"
mkdir -p "$demo"

daemon=
# shellcheck disable=SC2317  # The trap calls it.
end_daemon() {
    trap '' INT TERM HUP
    [[ -z $daemon ]] || kill -TERM "$daemon" 2>/dev/null || true
    [[ -z $daemon ]] || wait "$daemon" || fail "boxkited ended badly: see $demo/boxkited.log"
}
trap end_daemon EXIT
trap 'exit 130' INT TERM HUP

# `written`: an answer then means that the events stand in the log file, which is shown below.
# A session of its own keeps Ctrl-C from the daemon, which is to be told once, by us.
BOXKITED_PREDICTION_LOG_ACK=written setsid "$build/daemon/boxkited" serve \
    --config config/demo/boxkited.json --listen "127.0.0.1:$port" --log-dir "$demo/log" \
    2>"$demo/boxkited.log" &
daemon=$!

curl --silent --retry 60 --retry-delay 1 --retry-connrefused --output /dev/null "$url/readyz" &
asking=$!
first=
wait -n -p first "$daemon" "$asking" || true
if [[ $first == "$daemon" ]]; then
    daemon=
    kill "$asking" 2>/dev/null || true
    cat "$demo/boxkited.log" >&2
    fail "boxkited did not start"
fi

ask() { curl --silent --show-error --fail-with-body "$@"; }

echo
echo "== 500 predictions: POST $url/v1/predictions"
ask --header 'Content-Type: application/x-ndjson' --data-binary @config/demo/events.ndjson \
    "$url/v1/predictions"
echo

echo
echo "== one feature and the predictions: GET $url/metrics?name[]=feature_2_value&name[]=inference_value"
ask --globoff "$url/metrics?name[]=feature_2_value&name[]=inference_value"

shopt -s globstar
logs=("$demo"/log/**/*.txt)
echo
echo "== the first 2 of $(cat "${logs[@]}" | wc -l) lines of the log: ${logs[0]}"
head -n 2 "${logs[0]}"

[[ -z $once ]] || exit 0

trap 'exit 0' INT TERM HUP
cat <<TEXT

== boxkited is running (process $daemon, messages in $demo/boxkited.log)
Open $url in a browser for the drift page; or $url/metrics, $url/v1/drift, $url/v1/status.
Ctrl-C ends it.
TEXT
wait "$daemon" || true
daemon=
cat "$demo/boxkited.log" >&2
fail "boxkited has ended by itself"
