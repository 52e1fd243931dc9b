#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the Rust peers of bench/sync from Debian's crates (librust-parking-lot-dev), without a network; prints the path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
registry="${HEDDLE_CARGO_REGISTRY:-/usr/share/cargo/registry}"
if ! command -v cargo >/dev/null || ! compgen -G "$registry/parking_lot-0.12*" >/dev/null; then
  echo "build.sh: no cargo, or no parking_lot in $registry: install cargo and librust-parking-lot-dev" >&2
  exit 77
fi
target="${HEDDLE_PEERS_TARGET:-$PWD/target}"
cargo build --quiet --release --offline --target-dir "$target" \
  --config 'source.crates-io.replace-with="debian"' --config "source.debian.directory=\"$registry\"" >&2
echo "$target/release/sync_peer"
