#!/usr/bin/env bash
# Installs everything orderd builds with: Debian packages, CAF from its upstream source, and the npm packages of
# the page and of its tests.
#
#   scripts/setup.sh [--quiet] [--with-tsan]
#
# Needs Debian 12 and root. Idempotent: a second run takes about a second. CAF lands in
# ${ORDERD_CACHE:-~/.cache/orderd}, outside the build folder, and is built once a machine.
# --with-tsan builds a second CAF instrumented for ThreadSanitizer: without it the sanitizer cannot
# see the library's synchronisation and reports races that are none.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

caf_version=0.18.7
caf_source=actor-framework=${caf_version}-1~exp1
caf_sha256=d5c3abe8fd67a729aab1baeece10367637d903ba335f4c79378bcadfbcd34552
cache=${ORDERD_CACHE:-$HOME/.cache/orderd}

packages=(
  build-essential cmake ninja-build ccache mold git python3 xz-utils ca-certificates
  liblmdb-dev libprotobuf-dev protobuf-compiler libgrpc++-dev protobuf-compiler-grpc
  prometheus-cpp-dev libxxhash-dev libssl-dev
  libcli11-dev nlohmann-json3-dev libcsv-dev libutf8proc-dev liblzma-dev libspdlog-dev libjemalloc-dev
  libboost-dev zlib1g-dev
  libarchive-dev libcurl4-openssl-dev
  libgtest-dev libgmock-dev etcd-server spin
  prometheus prometheus-alertmanager python3-yaml
  clang clang-format clang-tidy libclang-rt-14-dev shellcheck codespell gcovr
  chromium fonts-dejavu-core
)
# Whoever has an npm of another source keeps it.
command -v npm >/dev/null || packages+=(npm)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

with_tsan=no
quiet=no
for argument in "$@"; do
  case $argument in
    --with-tsan) with_tsan=yes ;;
    --quiet) quiet=yes ;;
    *) fail "unknown argument '$argument' (known: --quiet, --with-tsan)" ;;
  esac
done

# Runs a command, keeping its output in a log that is shown only when the command fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "failed: $*"
  fi
  rm -f "$log"
}

install_packages() {
  local missing
  mapfile -t missing < <(comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" {print $2}' | sort -u))
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || fail "these packages are missing and only root can install them: ${missing[*]}"
  say "installing packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get update
  quietly apt-get install -y --no-install-recommends "${missing[@]}"
  # Debian starts servers with their packages; ours are started by the scripts that need them.
  local package
  for package in "${missing[@]}"; do
    case $package in
      etcd-server | prometheus | prometheus-alertmanager)
        [ ! -d /run/systemd/system ] || quietly systemctl disable --now "${package%-server}" ;;
    esac
  done
}

# The tarball comes from the experimental section of whatever mirror this machine already uses;
# lists and downloads stay in folders of their own, so the machine's apt is not changed. A mirror that
# lags may serve an index past its date: the tarball is known by its SHA-256, so that does no harm.
fetch_caf() {
  local work=$1 mirror tarball
  # shellcheck disable=SC2016 # the dollar is apt's
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!/security/ {print; exit}')
  [ -n "$mirror" ] || fail "apt names no mirror (is there a line in /etc/apt/sources.list*?)"
  mkdir -p "$work"/{lists/partial,cache/archives/partial,source}
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror experimental main" \
    >"$work/sources.list"
  local options=(
    -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=-
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
    -o Acquire::Check-Valid-Until=false
  )
  quietly apt-get "${options[@]}" update
  (cd "$work/source" && quietly apt-get "${options[@]}" source --tar-only "$caf_source")
  tarball=$work/source/actor-framework_${caf_version}.orig.tar.gz
  echo "$caf_sha256  $tarball" | sha256sum --check --quiet - ||
    fail "the CAF tarball does not have the expected SHA-256 $caf_sha256"
  mkdir -p "$work/tree"
  tar -xf "$tarball" -C "$work/tree" --strip-components=1
}

# build_caf FLAVOUR CXX_FLAGS: installs into $cache/caf-VERSION-FLAVOUR, whole or not at all.
build_caf() {
  local flavour=$1 flags=$2 prefix=$cache/caf-$caf_version-$1
  [ -e "$prefix/.complete" ] && return
  say "building CAF $caf_version ($flavour): about 4 minutes on 2 cores"
  local work
  work=$(mktemp -d)
  fetch_caf "$work"
  rm -rf "$prefix"
  quietly cmake -S "$work/tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_CXX_STANDARD=20 -DCMAKE_CXX_FLAGS="$flags" \
    -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCAF_ENABLE_OPENSSL_MODULE=ON \
    -DCAF_ENABLE_TESTING=OFF -DCAF_ENABLE_TOOLS=OFF -DCAF_ENABLE_EXAMPLES=OFF
  quietly cmake --build "$work/build" --target install
  touch "$prefix/.complete"
  rm -rf "$work"
}

# install_npm NAME FOLDER: what FOLDER/package-lock.json names, into $cache/NAME/node_modules. npm holds every package
# to the checksum that the lock file has for it, and nothing of a package is run.
install_npm() {
  local here=$cache/$1 folder=$2
  cmp -s "$folder/package-lock.json" "$here/.complete" && return
  say "installing the npm packages of $folder"
  rm -rf "$here"
  mkdir -p "$here"
  cp "$folder/package.json" "$folder/package-lock.json" "$here"
  quietly npm ci --prefix "$here" --ignore-scripts --no-audit --no-fund
  cp "$folder/package-lock.json" "$here/.complete"
}

install_packages
mkdir -p "$cache"
install_npm page cluster/page
install_npm browser tests/browser
build_caf release ""
[ "$with_tsan" = yes ] && build_caf tsan "-fsanitize=thread -g1"
[ "$quiet" = yes ] || say "everything is installed (CAF in $cache)"
