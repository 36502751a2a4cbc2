#!/usr/bin/env bash
# Proves that a bare Debian 12 needs nothing but a root shell: makes one in a folder and runs in it, as
# a stranger would, scripts/run.sh with the retailer's file and scripts/test.sh.
#
#   scripts/prove_fresh_machine.sh [--keep] [FOLDER]
#
# FOLDER   where the machine is made (default build/fresh_machine); needs 8 GB and must allow devices
#          and programs. Removed at the end.
# --keep   leave the machine there, and use one that is there already: then only the project is copied
#          again, and what is installed or cached stays.
#
# Needs root and debootstrap (installed when missing). What is committed is copied, and the retailer's
# file from ../shared/data when it is there; without it run.sh imports its built-in sample. The mirror
# is the one this machine uses. Mounts and processes live in namespaces of their own and end with the
# script, whatever ends it. Takes about an hour on 2 cores.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

say() { printf 'fresh machine: %s\n' "$*"; }
fail() { printf 'fresh machine: error: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "only root can make a machine"
if [ "${ORDERD_IN_NAMESPACE:-no}" = no ]; then
  ORDERD_IN_NAMESPACE=yes exec unshare --mount --pid --fork --kill-child scripts/prove_fresh_machine.sh "$@"
fi

keep=no
folder=build/fresh_machine
for argument in "$@"; do
  case $argument in
    --keep) keep=yes ;;
    -*) fail "unknown argument '$argument' (known: --keep)" ;;
    *) folder=$argument ;;
  esac
done
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
root=$folder/root

make_machine() {
  command -v debootstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y debootstrap >/dev/null
  local mirror
  # shellcheck disable=SC2016 # the dollar is apt's
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!/security/ {print; exit}')
  [ -n "$mirror" ] || fail "apt names no mirror (is there a line in /etc/apt/sources.list*?)"
  say "making a bare Debian 12 in $root"
  rm -rf --one-file-system "$root"
  debootstrap --variant=minbase bookworm "$root" "$mirror" >"$folder/debootstrap.log" ||
    { tail -20 "$folder/debootstrap.log" >&2; fail "debootstrap failed"; }
  touch "$root/.complete"
}

copy_project() {
  rm -rf --one-file-system "$root/srv/orderd"
  mkdir -p "$root/srv/orderd"
  git clone --quiet --no-hardlinks . "$root/srv/orderd/main"
  if [ -d ../shared/data ]; then
    mkdir -p "$root/srv/orderd/shared"
    cp -r ../shared/data "$root/srv/orderd/shared/data"
  fi
}

mount_system() {
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
}

# inside COMMAND...: runs it in the machine, from the project's folder, with a new root's environment.
inside() {
  chroot "$root" /usr/bin/env -i HOME=/root USER=root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
    /bin/bash -c 'cd /srv/orderd/main && exec "$@"' bash "$@" </dev/null
}

failures=0
# prove NAME COMMAND...: one of the things that must work; its output goes to FOLDER/NAME.log.
prove() {
  local name=$1 begun=$SECONDS
  shift
  say "running $*"
  if inside "$@" >"$folder/$name.log" 2>&1; then
    say "PASS $name after $((SECONDS - begun)) s: $(tail -1 "$folder/$name.log")"
  else
    say "FAIL $name after $((SECONDS - begun)) s; the end of $folder/$name.log:"
    tail -40 "$folder/$name.log"
    failures=$((failures + 1))
  fi
}

if [ "$keep" = no ] || [ ! -e "$root/.complete" ]; then
  make_machine
fi
copy_project
mount_system
begun=$SECONDS
data=../shared/data/online_retail_2009_2010.csv.xz
[ -e "$root/srv/orderd/main/$data" ] || data=
prove run scripts/run.sh --once ${data:+"$data"}
prove test scripts/test.sh
say "$((2 - failures)) passed, $failures failed, in $((SECONDS - begun)) s"
if [ "$keep" = no ]; then
  umount -l "$root/proc" "$root/sys" "$root/dev"
  rm -rf --one-file-system "$root"
fi
[ "$failures" = 0 ]
