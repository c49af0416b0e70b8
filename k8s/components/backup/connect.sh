# shellcheck shell=sh
# Sourced by backup.sh and restore.sh: what they prove themselves with, and a server that answers.
PGPASSWORD=$(cat "$PASSWORD_FILE")
export PGPASSWORD

# The server may be starting, and network policies take a moment to know a new pod.
tries=60
until pg_isready --quiet; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "$0: no database answers on $PGHOST" >&2; exit 1; }
  sleep 1
done
