# Functions that the scripts share. Source this file; do not run it.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '   %s\n' "$*"; }

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

# Succeeds if the index of the registry can be read.
registry() { timeout 120 cargo update --dry-run --quiet >/dev/null 2>&1; }

# Prints the folder that Cargo builds into, wherever that is configured.
target_dir() {
  cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}

# build_example PACKAGE NAME: builds an example and prints the path of the program.
build_example() {
  cargo build --quiet -p "$1" --example "$2" --message-format json-render-diagnostics |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
}

# Prints the features of the published crate, read from its manifest so that none is forgotten.
features() {
  sed -n '/^\[features\]/,/^\[/p' runtime/Cargo.toml |
    sed -n 's/^\([a-z][a-z0-9-]*\) = .*/\1/p' | grep -v '^default$'
}
