# What the scripts share: source this file, it is not run by itself.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '   %s\n' "$*"; }

# skip WHAT: ends the check because the machine lacks something; that is a failure with CI_STRICT=1.
skip() {
  if [ "${CI_STRICT:-}" = 1 ]; then
    say "failed, because CI_STRICT=1: $*"
    exit 1
  fi
  say "skipped: $*"
  exit 0
}

# fetch WHAT: goes on where the script may fetch what is missing, which is with CI=true only.
fetch() {
  [ "${CI:-}" = true ] || skip "there is no $*; with CI=true the script fetches it"
}

# needs COMMAND...: skips the check where a command is missing.
needs() {
  local command
  for command in "$@"; do
    type -P "$command" >/dev/null || skip "there is no $command"
  done
}

# Whether the registry's index can be read.
registry() { timeout 120 cargo update --dry-run --quiet >/dev/null 2>&1; }

# The folder that Cargo builds into, wherever that is configured.
target_dir() {
  cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}

# build_example PACKAGE NAME: builds an example and prints the path of the program.
build_example() {
  cargo build --quiet -p "$1" --example "$2" --message-format json-render-diagnostics |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
}

# Features of the published crate, read from its manifest so that none is forgotten.
features() {
  sed -n '/^\[features\]/,/^\[/p' runtime/Cargo.toml |
    sed -n 's/^\([a-z][a-z0-9-]*\) = .*/\1/p' | grep -v '^default$'
}
