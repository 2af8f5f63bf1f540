#!/usr/bin/env bash
# Builds boxkited and lays out the root of its image: the program, the libraries it links with,
# the certificates of public authorities, and nothing else. For Debian 12, where
# deploy/install-packages.sh has run.
set -euo pipefail

if (($# != 1)) || [[ -e $1 && -n $(ls -A "$1") ]]; then
    echo "usage: deploy/image/build.sh FOLDER, which is empty or not there" >&2
    exit 2
fi
root=$(realpath -m "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

user=65532  # As in other images without a distribution. Kubernetes wants a number.

cmake -S . -B build/image -G Ninja -DBOXKITED_TESTS=OFF -DBOXKITED_PAGE=ON >/dev/null
cmake --build build/image --target boxkited

# A merged /usr, as Debian has it.
mkdir -p "$root"/{etc,usr/{bin,lib,lib64}}
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
install --strip build/image/daemon/boxkited "$root/usr/bin/boxkited"

libraries=$(ldd "$root/usr/bin/boxkited" | grep -o '/[^ ]*')
for library in $libraries; do
    cp --dereference --parents "$library" "$root"
done
install -D -m 644 -t "$root/etc/ssl/certs" /etc/ssl/certs/ca-certificates.crt

# What each package says of its licence and version: scanners look for the latter.
package_of() {
    # A library is listed where its package put it, which is not where a merged /usr has it.
    dpkg-query --search "$1" "/usr$1" "${1#/usr}" 2>/dev/null | cut -d: -f1 | sort -u
}
mkdir -p "$root/var/lib/dpkg/status.d"
for package in $(for each in $libraries; do package_of "$each"; done | sort -u) ca-certificates; do
    dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"
    install -D -m 644 -t "$root/usr/share/doc/$package" "/usr/share/doc/$package/copyright"
done
install -D -m 644 -t "$root/usr/share/doc/boxkited" LICENSE

echo "boxkited:x:$user:$user:boxkited:/var/lib/boxkited:/usr/sbin/nologin" >"$root/etc/passwd"
echo "boxkited:x:$user:" >"$root/etc/group"
# The prediction log, and the sockets. What is mounted over them has an owner of its own.
install -d -m 750 -o "$user" -g "$user" "$root/var/lib/boxkited" "$root/run/boxkited"
