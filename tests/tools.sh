#!/usr/bin/env bash
# What the cluster tests need from npm: each Node that is supported, the frameworks, and a built app of Next.js. Installed once, into $PMINIT_TEST_TOOLS
# (~/.cache/pminit-tests). What cannot be installed is said; its tests are then skipped, or fail with PMINIT_NO_SKIP=1.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cache=${PMINIT_TEST_TOOLS:-${HOME:-/tmp}/.cache/pminit-tests}
case $(uname -m) in aarch64) cpu=arm64 ;; *) cpu=x64 ;; esac
frameworks="express@5.1.0 fastify@5.6.1 socket.io@4.8.1 socket.io-client@4.8.1 @socket.io/sticky@1.0.4 @socket.io/cluster-adapter@0.2.2"

# install FOLDER PACKAGE…: whole or not at all, also when two do it at the same moment.
install() {
  local to="$cache/$1" words="${*:2}"
  [ "$(cat "$to/installed" 2>/dev/null)" = "$words" ] && return
  command -v npm >/dev/null || { echo "tools: npm is missing, so $words cannot be installed"; return; }
  mkdir -p "$cache"
  local new
  new=$(mktemp -d "$cache/new-XXXXXX")
  echo '{ "private": true }' >"$new/package.json"
  # shellcheck disable=SC2086
  if (cd "$new" && timeout 300 npm install --no-audit --no-fund --ignore-scripts --loglevel=error $words >install.log 2>&1 \
    && { [ "$1" != next ] || build_next; } >>install.log 2>&1); then
    echo "$words" >"$new/installed"
    rm -rf "$to"
    mv -T "$new" "$to" 2>/dev/null
  else
    echo "tools: $words could not be installed:"
    tail -n 5 "$new/install.log"
  fi
  rm -rf "$new"
}

# In the folder where it was installed; by a Node of the cache, as the machine's may be too old.
build_next() {
  cp -r "$here/Init.E2E.Tests/Fixtures/next/." . && NEXT_TELEMETRY_DISABLED=1 timeout 300 \
    "$cache/node-22/node_modules/node-linux-$cpu/bin/node" node_modules/next/dist/bin/next build
}

for version in 18.20.8 20.20.2 22.23.3 24.21.0; do
  install "node-${version%%.*}" "node-linux-$cpu@$version"
done
install frameworks $frameworks
install next next@15.5.4 react@19.1.1 react-dom@19.1.1
