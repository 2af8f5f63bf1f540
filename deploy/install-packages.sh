#!/usr/bin/env bash
# Installs the Debian packages that boxkited is built with, and the npm packages of its page; with
# --tests, those that its tests need as well; with --bench, those that tests/bench/side_by_side.py
# compares it with. The one place that names packages. Asks apt only when something is missing, and
# sudo only when apt is asked by someone who is not root.
set -euo pipefail

packages=(
    g++ cmake ninja-build ccache pkg-config
    libboost-dev prometheus-cpp-dev nlohmann-json3-dev libsimdjson-dev libspdlog-dev
    libcli11-dev zlib1g-dev libdeflate-dev libzstd-dev libssl-dev libcurl4-openssl-dev libsystemd-dev
    ca-certificates curl nodejs npm
)
test_packages=(
    catch2 chromium debootstrap dpkg-dev golang-github-ghodss-yaml-dev
    golang-github-masterminds-sprig-dev golang-go lintian openssl prometheus
    prometheus-alertmanager python3 python3-numpy python3-pandas python3-scipy python3-yaml
    shellcheck strace valgrind wrk
)
# What Debian doesn't have, from npm, into build/node.
node_test_packages=(
    @kubernetes-models/prometheus-operator@6.0.0 kubernetes-models@5.1.0 typescript@5.9.3
)
bench_packages=(
    libbenchmark-dev
    nginx-light libnginx-mod-http-echo
    python3 python3-prometheus-client python3-fluent-logger
)

node_packages=()
for option in "$@"; do
    case "$option" in
    --tests)
        packages+=("${test_packages[@]}")
        node_packages+=("${node_test_packages[@]}")
        ;;
    --bench) packages+=("${bench_packages[@]}") ;;
    *)
        echo "usage: $0 [--tests] [--bench]" >&2
        exit 2
        ;;
    esac
done

# npm may have come with a nodejs that is not Debian's, and then its package cannot be installed.
is_installed() {
    [[ $1 != npm ]] || ! command -v npm >/dev/null || return 0
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "$0: neither root nor sudo: run it as root once" >&2
        exit 1
    fi
}

install_debian_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    echo "installing: ${missing[*]}" >&2

    # Some packages start a service as soon as they are installed. Exit code 101 of this program
    # forbids that while apt runs; a machine that has a policy of its own keeps it.
    policy=/usr/sbin/policy-rc.d
    made_policy=
    if [[ ! -e $policy ]]; then
        trap '[[ -z $made_policy ]] || as_root rm -f "$policy"' EXIT
        made_policy=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi

    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    as_root "${apt[@]}" update >&2
    as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" >&2

    # Neither are the services to start with the machine when they came with the tests.
    for package in prometheus prometheus-alertmanager nginx-light; do
        if [[ " ${missing[*]} " == *" $package "* ]]; then
            as_root update-rc.d "${package%-light}" disable >&2
        fi
    done
}

install_test_packages_of_npm() {
    local folder missing=() package
    folder=$(dirname "${BASH_SOURCE[0]}")/../build/node
    for package in "${node_packages[@]}"; do
        grep -qsF "\"version\": \"${package##*@}\"" \
            "$folder/node_modules/${package%@*}/package.json" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    echo "installing: ${missing[*]}" >&2
    mkdir -p "$folder"
    npm install --loglevel=error --prefix "$folder" --ignore-scripts --no-audit --no-fund \
        --no-package-lock "${node_packages[@]}" >&2
}

# Exactly what the lock file names, into daemon/page/node_modules; the build itself loads nothing.
install_npm_packages() {
    local page
    page=$(dirname "${BASH_SOURCE[0]}")/../daemon/page
    [[ ! $page/node_modules/.package-lock.json -nt $page/package-lock.json ]] || return 0
    echo "installing: npm packages of daemon/page" >&2
    npm ci --prefix "$page" >&2
    touch "$page/node_modules/.package-lock.json"
}

install_debian_packages
install_npm_packages
install_test_packages_of_npm
