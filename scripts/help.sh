#!/usr/bin/env bash
# Every other script reads this first: with --help or -h it prints the comment at that script's top, and ends.
for argument in "$@"; do
  case $argument in
  -h | --help)
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  esac
done
unset argument
