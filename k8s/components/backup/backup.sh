#!/bin/sh
# A dump of each of $DATABASES in $BACKUPS/TIME; the newest $KEEP of these folders stay.
# Each dump is one moment of its database, but not the same moment for all of them.
set -eu
PGPASSWORD=$(cat "$PASSWORD_FILE")
export PGPASSWORD

# The server may be starting, and network policies take a moment to know a new pod.
tries=60
until pg_isready --quiet; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "backup: no database answers on $PGHOST" >&2; exit 1; }
  sleep 1
done

time=$(date -u +%Y%m%dT%H%M%SZ)
rm -rf "$BACKUPS"/unfinished-*
mkdir "$BACKUPS/unfinished-$time"
for database in $DATABASES; do
  pg_dump --format=custom --lock-wait-timeout=60s --file="$BACKUPS/unfinished-$time/$database.dump" "$database"
  pg_restore --list "$BACKUPS/unfinished-$time/$database.dump" >/dev/null
done
mv "$BACKUPS/unfinished-$time" "$BACKUPS/$time"

find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -name '2*' | sort -r | tail -n "+$((KEEP + 1))" | xargs -r rm -rf
du -sh "$BACKUPS/$time"
