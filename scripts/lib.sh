# Functions that the checks share. Source this file; do not run it.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"

say() { printf '   %s\n' "$*"; }

# Lists of steps

times=()
# step NAME COMMAND...: runs a check and notes its seconds. A failure ends the list.
step() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@"
  times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
}

# Prints the seconds of each step.
finish() {
  printf '\nall checks passed\n'
  printf '%s\n' "${times[@]}" "$(printf '%5d s  in total' "$SECONDS")"
}

# Tools that may be missing

# skip REASON: ends the check because the machine lacks something; a failure with CI_STRICT=1.
skip() {
  if [ "${CI_STRICT:-}" = 1 ]; then
    say "failed, because CI_STRICT=1: $*"
    exit 1
  fi
  say "skipped: $*"
  exit 0
}

# fetch WHAT: continues if the script may fetch what is missing, which is only with CI=true.
fetch() {
  [ "${CI:-}" = true ] || skip "$* not found; CI=true makes the script fetch it"
}

# needs COMMAND...: skips the check if a command is missing.
needs() {
  local command
  for command in "$@"; do
    type -P "$command" >/dev/null || skip "$command not found"
  done
}

# debian ARGUMENTS...: runs apt-get, a second time with fresh lists of packages if that fails.
debian() {
  local apt=(timeout 300 env DEBIAN_FRONTEND=noninteractive apt-get)
  "${apt[@]}" "$@" || { "${apt[@]}" update && "${apt[@]}" "$@"; }
}

# Succeeds if the nightly Cargo is there, without installing it.
nightly() { RUSTUP_AUTO_INSTALL=0 cargo +nightly --version >/dev/null 2>&1; }

# Succeeds if the index of the registry can be read.
registry() { timeout 120 cargo update --dry-run --quiet >/dev/null 2>&1; }

# Cargo

# Prints the folder that Cargo builds into, wherever that is configured.
target_dir() {
  cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}

# work_dir NAME: creates a folder in that one, and prints its path.
work_dir() {
  local folder
  folder=$(target_dir)/$1
  mkdir -p "$folder"
  printf '%s\n' "$folder"
}

# build_example NAME: builds an example and prints the path of the program. The features are those of
# the step that runs the tests, so that nothing is built twice.
build_example() {
  cargo build --quiet --workspace --all-features --example "$1" --message-format json-render-diagnostics |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
}

lint() { cargo clippy --quiet "$@" -- -D warnings; }

# each_feature COMMAND...: runs a command for the published crate without features, and with each alone.
# The features are read from the manifest, so that none is forgotten.
each_feature() {
  local feature features
  features=$(sed -n '/^\[features\]/,/^\[/s/^\([a-z][a-z0-9-]*\) = .*/\1/p' runtime/Cargo.toml | grep -vx default)
  for feature in '' $features; do
    say "${feature:-none}"
    "$@" -p token-telemetry --no-default-features --features "$feature"
  done
}

# Programs in the background

started=()
# start LOG COMMAND...: runs a program until `stop`, or until the check ends.
start() {
  local log=$1
  shift
  # Empty the log here, because the new process may be slow to do so.
  : >"$log"
  "$@" >"$log" 2>&1 &
  started+=($!)
  trap stop EXIT
}

stop() {
  local pid
  for pid in "${started[@]}"; do
    kill "$pid" 2>/dev/null || continue
    wait "$pid" 2>/dev/null || true
  done
  started=()
}

# until_ok SECONDS COMMAND...: repeats the command until it succeeds.
until_ok() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { say "gave up waiting for: $*"; return 1; }
    sleep 0.2
  done
}
