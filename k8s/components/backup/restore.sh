#!/bin/sh
# Brings $DATABASES back from the newest backup in $BACKUPS, or from the one named by $BACKUP.
# All of them are restored beside what is there; only then each takes the place of the old one.
set -eu
# shellcheck source=/dev/null
. /scripts/connect.sh

# shellcheck disable=SC2153  # BACKUPS is the folder, BACKUP one of them
folder=$(find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -name '2*' | sort | tail -n 1)
[ -z "${BACKUP:-}" ] || folder=$BACKUPS/$BACKUP
[ -d "$folder" ] || { echo "restore: no backup ${BACKUP:-in $BACKUPS}; there are: $(ls "$BACKUPS")" >&2; exit 1; }

sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres --command "$1"; }

for database in $DATABASES; do
  dropdb --if-exists --force "$database-restored"
  createdb --owner="$database" --template=template0 "$database-restored"
  pg_restore --exit-on-error --no-owner --role="$database" --dbname="$database-restored" "$folder/$database.dump"
done
for database in $DATABASES; do
  dropdb --if-exists --force "$database"
  sql "alter database \"$database-restored\" rename to \"$database\""
  sql "revoke all on database \"$database\" from public"
  sql "grant connect on database \"$database\" to audit, backup"
  echo "$database is as in $folder"
done
