# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What examples/run and tests/run share: the packages they need, and the build. To be sourced.

export LANG=C.UTF-8 LC_ALL=C.UTF-8

# Nothing is written outside the checkout.
export XDG_CACHE_HOME=$PWD/build/cache npm_config_cache=$PWD/build/cache/npm PYTHONDONTWRITEBYTECODE=1

# shellcheck disable=SC2034
BUILD_PACKAGES=(
  gcc=cc libc6-dev meson=meson ninja-build=ninja pkg-config=pkg-config
  libglib2.0-dev libsoup-3.0-dev libgnutls28-dev zlib1g-dev
)

say () {
  printf '%s\n' "$*" >&2
}

is_installed () {
  [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2> /dev/null) == installed ]]
}

# Prints those of the packages that are missing. "package=command" is content with the command,
# wherever it came from.
missing_packages () {
  local wanted package
  for wanted in "$@"; do
    package=${wanted%%=*}
    if [[ $wanted == *=* ]] && command -v "${wanted#*=}" > /dev/null; then
      continue
    fi
    is_installed "$package" || printf '%s\n' "$package"
  done
}

# Runs a command whose output matters only if it fails.
quietly () {
  local output
  output=$("$@" 2>&1) && return
  say "$output"
  say "failed: $*"
  return 1
}

install_packages () {
  say "Installing $*"
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get update
  quietly apt-get install --yes --no-install-recommends -o Acquire::Retries=3 "$@"
}

# Sees that the packages are there: root installs what is missing, anybody else is told how.
need_packages () {
  local missing
  if ! command -v dpkg-query > /dev/null; then
    say "This is not Debian: the packages are taken to be there."
    return
  fi

  mapfile -t missing < <(missing_packages "$@")
  if (( ${#missing[@]} == 0 )); then
    return
  fi
  if (( EUID == 0 )); then
    install_packages "${missing[@]}"
    return
  fi
  say "Packages are missing. As root, run:"
  say "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  return 1
}

# Sets a build folder up, or brings it up to date; one that cannot be is made anew.
configure () {
  local folder=$1
  shift
  if [[ -e $folder && ! -w $folder ]]; then
    say "$folder belongs to another user: remove it first"
    return 1
  fi
  if [[ -f $folder/build.ninja ]]; then
    meson setup --reconfigure "$folder" "$@" &> /dev/null && return
    say "$folder is stale: starting over"
    rm -rf "$folder/meson-private" "$folder/meson-info" "$folder/build.ninja"
  fi
  quietly meson setup "$folder" "$@"
}

build () {
  local folder=$1
  say "Building in $folder/"
  configure "$@"
  quietly ninja -C "$folder"
}
