# SPDX-License-Identifier: MIT
# Sourced by ./run and ./test: installs the packages that are missing, and picks the compiler.
# shellcheck shell=bash

# Every package that heddle needs, by purpose. Nowhere else is there a list.
heddle_packages_build=(g++ clang-22 lld-22 cmake ninja-build ccache liburing-dev)
heddle_packages_programs=(libfmt-dev libcli11-dev libhttp-parser-dev libssl-dev netcat-openbsd)
heddle_packages_guide=(python3 python3-jinja2 python3-matplotlib)
heddle_packages_test=(libgtest-dev libclang-rt-22-dev llvm-22 nlohmann-json3-dev python3 make pkg-config redis-tools openssl curl)

# Presets that ask for clang-22 fall back on g++ where it isn't to be had; set by heddle_setup.
heddle_preset_flags=()

heddle_say() { printf '%s\n' "$*" >&2; }

heddle_is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

heddle_is_offered() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q '^  Candidate: [^(]'; }

# Prints what is missing of the packages named.
heddle_missing() {
  local package
  for package in "$@"; do heddle_is_installed "$package" || printf '%s\n' "$package"; done
}

# Sets heddle_apt to the command that may install; fails where there is none.
heddle_find_apt() {
  if [ "$(id -u)" -eq 0 ]; then
    heddle_apt=(apt-get)
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    heddle_apt=(sudo -n apt-get)
  else
    return 1
  fi
  heddle_apt+=(-qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold)
  export DEBIAN_FRONTEND=noninteractive
}

heddle_explain_refusal() {
  heddle_say "heddle needs packages that this user may not install: $*"
  heddle_say "Type this, or ask an administrator to, then try again:"
  heddle_say "  sudo apt-get update && sudo apt-get install --no-install-recommends $*"
}

heddle_lists_are_recent() { [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mmin -1440 2>/dev/null)" ]; }

heddle_apt_update() {
  [ -z "${heddle_lists_are_fresh:-}" ] || return 0
  heddle_say "updating apt's package lists ..."
  "${heddle_apt[@]}" update >/dev/null 2>&1 || heddle_say "warning: apt-get update failed; going on with the lists as they are"
  heddle_lists_are_fresh=yes
}

heddle_install_one() {
  local log
  log=$(mktemp)
  heddle_say "installing $1 ..."
  if ! "${heddle_apt[@]}" install --no-install-recommends "$1" </dev/null >"$log" 2>&1; then
    # The lists may name a version that the server has dropped since.
    heddle_apt_update
    if ! "${heddle_apt[@]}" install --no-install-recommends "$1" </dev/null >"$log" 2>&1; then
      cat "$log" >&2
      rm -f "$log"
      heddle_say "error: could not install $1"
      return 1
    fi
  fi
  rm -f "$log"
}

# Clang 22's own packages can be done without: g++ builds heddle too.
heddle_is_optional() { [[ $1 == *-22 || $1 == *-22-dev ]]; }

heddle_install() {
  local package missing=() may_install=yes
  heddle_find_apt || may_install=no
  for package in $(heddle_missing "$@"); do
    # An optional package that isn't offered is not asked for again at each run.
    if heddle_is_optional "$package" && ! heddle_is_offered "$package" &&
      { [ "$may_install" = no ] || heddle_lists_are_recent; }; then
      continue
    fi
    missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$may_install" = no ]; then
    heddle_explain_refusal "${missing[@]}"
    return 1
  fi
  for package in "${missing[@]}"; do heddle_is_offered "$package" || heddle_apt_update; done
  for package in "${missing[@]}"; do
    if heddle_is_optional "$package" && ! heddle_is_offered "$package"; then continue; fi
    heddle_install_one "$package" || return 1
  done
}

heddle_pick_compiler() {
  if command -v clang++-22 >/dev/null; then
    return 0
  fi
  heddle_say "clang-22 is not offered by this machine's apt: building with $(g++ --version | head -n 1) instead"
  heddle_preset_flags=(-DCMAKE_CXX_COMPILER=g++ -DCMAKE_EXE_LINKER_FLAGS= -DCMAKE_SHARED_LINKER_FLAGS=)
}

# heddle_setup PURPOSE...: makes sure that the packages for these purposes are there.
heddle_setup() {
  local purpose packages=()
  for purpose in "$@"; do
    local -n list="heddle_packages_$purpose"
    packages+=("${list[@]}")
  done
  # Lets a test see what happens when a package is missing.
  [ -z "${HEDDLE_SETUP_EXTRA_PACKAGE:-}" ] || packages+=("$HEDDLE_SETUP_EXTRA_PACKAGE")
  if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    heddle_install "${packages[@]}" || return 1
  else
    heddle_say "no apt on this machine; going on with what is there. heddle uses what Debian calls: ${packages[*]}"
  fi
  heddle_pick_compiler
}

# heddle_configure PRESET [cmake arguments]: quiet unless it fails.
heddle_configure() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if ! cmake --preset "$preset" "${heddle_preset_flags[@]}" "$@" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
