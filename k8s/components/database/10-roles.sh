#!/bin/sh
# A role and a database for each service, with the passwords that are mounted. The image runs this once, on an empty
# volume; `ci/cluster deploy` runs it again, so that a new service or a new password gets here too.
set -eu

sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres --dbname postgres "$@"; }

# The password is read by psql, so that it is in no list of processes.
role() {
  sql --set "role=$1" <<'SQL'
\set file /run/secrets/ :role
\set password `cat :file`
select format('create role %I login', :'role')
where not exists (select from pg_roles where rolname = :'role') \gexec
alter role :"role" password :'password';
SQL
}

database() {
  sql --set "name=$1" <<'SQL'
select format('create database %I owner %I', :'name', :'name')
where not exists (select from pg_database where datname = :'name') \gexec
revoke all on database :"name" from public;
SQL
}

for service in auth catalog cart payment order acquirer; do
  role "$service"
  database "$service"
done

# These two only read: `audit` what it compares, `backup` everything.
role audit
role backup
sql <<'SQL'
grant pg_read_all_data to audit, backup;
grant connect on database catalog, payment, "order" to audit;
grant connect on database auth, catalog, cart, payment, "order", acquirer to backup;
SQL
