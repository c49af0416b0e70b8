#!/bin/sh
# A dump of each of $DATABASES in $BACKUPS/TIME; the newest $KEEP of these folders stay.
# Each dump is one moment of its database, but not the same moment for all of them.
set -eu
# shellcheck source=/dev/null
. /scripts/connect.sh

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
