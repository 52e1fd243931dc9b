#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the Tokio peer of bench/async_mutex from Debian's crates (librust-tokio-dev), without a network; prints the path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
registry="${HEDDLE_CARGO_REGISTRY:-/usr/share/cargo/registry}"
if ! command -v cargo >/dev/null || ! compgen -G "$registry/tokio-1*" >/dev/null; then
  echo "build.sh: no cargo, or no tokio in $registry: install cargo and librust-tokio-dev" >&2
  exit 77
fi
target="${HEDDLE_PEERS_TARGET:-$PWD/target}"
cargo build --quiet --release --offline --target-dir "$target" \
  --config 'source.crates-io.replace-with="debian"' --config "source.debian.directory=\"$registry\"" >&2
echo "$target/release/async_mutex_peer"
