# shellcheck shell=bash
# Clean Debians in folders of their own, for the scripts of this folder that try Croquis in one. To be sourced by
# bash, as root, with `set -euo pipefail`. How this machine reaches Debian's and npm's packages is taken over from
# its own configuration.

say() { printf '\n== %s\n' "$*"; }

# need TOOL…: ends the script with 77 where it cannot work.
need() {
    [ "$(id -u)" -eq 0 ] || { echo "${0##*/} needs root for chroot" >&2; exit 77; }
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "${0##*/} needs the package $tool" >&2; exit 77; }
    done
}

# debian_base SUITE DIR: a minimal Debian in DIR, unless it is there.
debian_base() {
    local suite=$1 folder=$2 mirror
    [ ! -e "$folder/etc/debian_version" ] || return 0
    mirror=$(grep -rhoE '^(URIs:|deb) *(\[[^]]*\] *)?https?://[^ ]+/debian\b' /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} \
        2>/dev/null | grep -oE 'https?://[^ ]+' | head -1 || true)
    debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
        "$suite" "$folder.partial" "${mirror:-http://deb.debian.org/debian}" >"$folder.log" ||
        { tail -20 "$folder.log" >&2; exit 1; }
    mv "$folder.partial" "$folder"
}

# lend_network DIR SUITE: what a clean Debian does not hold, but needs to reach packages from this machine.
lend_network() {
    local into=$1 suite=$2 file here
    here=$(. /etc/os-release && echo "$VERSION_CODENAME")
    rm -rf "$into/etc/apt/sources.list" "$into"/etc/apt/sources.list.d/*
    for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list; do
        [ -e "$file" ] && grep -q "$here" "$file" || continue
        sed "s/\b$here\b/$suite/g" "$file" >"$into/etc/apt/${file#/etc/apt/}"
    done
    for file in /etc/apt/apt.conf.d/*; do
        ! grep -qiE 'proxy|https?::|verify|check-' "$file" || cp "$file" "$into/etc/apt/apt.conf.d/"
    done
    cp -L /etc/resolv.conf "$into/etc/resolv.conf"
    cp /etc/hosts "$into/etc/hosts"
    mkdir -p "$into/etc/ssl/certs" "$into/usr/local/share/ca-certificates"
    cp -rL /usr/local/share/ca-certificates/. "$into/usr/local/share/ca-certificates/" 2>/dev/null || true
    cp /etc/ssl/certs/ca-certificates.crt "$into/tmp/lent-ca.crt" 2>/dev/null || true
}

# Sets `environment`, what `inside` runs its commands in.
network_environment() {
    local registry
    registry=$(npm config get registry 2>/dev/null || true)
    environment=(-i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive)
    [ -z "$registry" ] || environment+=("npm_config_registry=$registry")
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || environment+=(NODE_EXTRA_CA_CERTS=/tmp/lent-ca.crt)
    local name
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [ -z "${!name:-}" ] || environment+=("$name=${!name}")
    done
}

# inside DIR USER WORKDIR COMMAND…: runs it in the folder, in process and mount namespaces of its own, as USER (uid:gid,
# empty for root).
inside() {
    local folder=$1 user=$2 workdir=$3
    shift 3
    local as=()
    [ -z "$user" ] || as=(setpriv "--reuid=${user%%:*}" "--regid=${user##*:}" --clear-groups)
    # shellcheck disable=SC2016  # for the inner shell
    unshare --mount --pid --fork --kill-child bash -c '
        set -e
        root=$1 workdir=$2
        shift 2
        mount -t proc proc "$root/proc"
        mount --bind /dev "$root/dev"
        mkdir -p "$root$workdir"
        exec chroot "$root" /usr/bin/env --chdir="$workdir" "$@"' inside \
        "$folder" "$workdir" "${environment[@]}" "${as[@]}" "$@"
}

# stop_inside PID: asks what `inside` runs in the background to end, which is the innermost process below PID, and waits
# for all of it.
stop_inside() {
    local at=$1 below
    while below=$(pgrep -P "$at" | head -1) && [ -n "$below" ]; do at=$below; done
    kill -TERM "$at" 2>/dev/null || true
    wait "$1" || true
}

# await URL SECONDS PID: until it answers; fails where that takes too long or PID has ended.
await() {
    local deadline=$((SECONDS + $2))
    until curl -fsS -o /dev/null "$1" 2>/dev/null; do
        [ "$SECONDS" -lt "$deadline" ] && kill -0 "$3" 2>/dev/null || return 1
        sleep 1
    done
}

# unmount_under DIR
unmount_under() {
    local mounted
    for mounted in $(awk -v under="$1/" 'index($2, under) == 1 {print $2}' /proc/mounts | sort -r); do
        umount -l "$mounted" || true
    done
}
