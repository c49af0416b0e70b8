# shellcheck shell=bash
# Sourced by ci/e2e, ci/lighthouse and ci/screenshots: a browser, what drives it, and a shop to visit.
#
#   need_browser     Chromium (installed on Debian if it is missing), and the packages of e2e
#   need_programs    the shop's programs, built as ci/test builds them
#   open_shop LOG    opens a shop with data of its own on a free port and sets SHOP_URL; with SHOP_URL set
#                    from outside, takes that one
#   close_shop       closes what open_shop opened
#
# CHROMIUM and SHOP_BINARY may name programs that are there already.

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() { echo "$0: $*" >&2; exit 1; }

need_browser() {
  export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
  if ! [ -x "$CHROMIUM" ]; then
    ci/debian chromium || fail "no Chromium at $CHROMIUM; name another one: CHROMIUM=/path/to/it $0"
  fi
  command -v npm >/dev/null || fail "no Node.js here; version 20 or later drives the browser"
  if ! cmp -s e2e/package-lock.json e2e/node_modules/installed-from.json; then
    echo "installing the packages of e2e"
    npm ci --prefix e2e --silent --ignore-scripts || fail "npm ci failed; to see why: npm ci --prefix e2e"
    cp e2e/package-lock.json e2e/node_modules/installed-from.json
  fi
}

need_programs() {
  # The features of ci/test's build, which naming a test asks for; a plain `cargo build` would choose others
  # and compile many dependencies twice.
  # A shop that is open elsewhere needs none.
  [ -n "${SHOP_BINARY:-}${SHOP_URL:-}" ] || cargo build --locked --workspace --bins --test separate
}

open_shop() {
  shop_log=$1
  shop_process=
  if [ -n "${SHOP_URL:-}" ]; then
    echo "the shop on $SHOP_URL"
    return
  fi
  shop_binary=${SHOP_BINARY:-target/debug/comptoir}
  shop_data=$(mktemp -d)
  "$shop_binary" --port 0 --data "$shop_data" >"$shop_log" 2>&1 &
  shop_process=$!
  for ((tries = 0; tries < 600; tries++)); do
    if [ -e "$shop_data/comptoir.json" ]; then
      SHOP_URL=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).url' "$shop_data/comptoir.json")
      export SHOP_URL
      echo "$shop_binary is open on $SHOP_URL"
      return
    fi
    kill -0 "$shop_process" 2>/dev/null || break
    sleep 0.1
  done
  cat "$shop_log" >&2
  fail "the shop did not open; above is what it said"
}

close_shop() {
  [ -n "${shop_process:-}" ] || return 0
  kill "$shop_process" 2>/dev/null || true
  # It finishes what is under way first, and a shop that hangs is ended all the same.
  (sleep 30 && kill -KILL "$shop_process") 2>/dev/null &
  local patience=$!
  wait "$shop_process" || true
  kill "$patience" 2>/dev/null || true
  shop_process=
  rm -rf "$shop_data"
}
