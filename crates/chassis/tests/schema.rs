//! Who brings a schema up to date, and what a release does on one that is behind or ahead of it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{ffi::OsString, time::Duration};

use chassis::Database;
use sqlx::{
    ConnectOptions as _, PgPool, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// The schema as of release `n`: a table for each release.
fn release(n: usize) -> Migrator {
    let tables = [
        "create table first (id int)".into_sql_str(),
        "create table second (id int)".into_sql_str(),
    ];
    let migrations = tables.into_iter().zip(1..).take(n).map(|(sql, version)| {
        Migration::new(version, "a table".into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

fn database(options: &PgConnectOptions, migrate: bool) -> Database {
    let mut database = Database::new(options.to_url_lossy().to_string().into(), 2);
    database.migrate = migrate;
    database
}

async fn tables(pool: &PgPool) -> Vec<String> {
    let tables = "select table_name::text from information_schema.tables
         where table_name in ('first', 'second') order by 1";
    sqlx::query_scalar(tables).fetch_all(pool).await.unwrap()
}

/// `SERVICE migrate --database-url URL`
fn command(options: &PgConnectOptions) -> Vec<OsString> {
    let url = options.to_url_lossy().to_string();
    ["service", "migrate", "--log", "off", "--database-url", &url]
        .map(OsString::from)
        .into()
}

#[sqlx::test(migrations = false)]
async fn a_service_migrates_at_its_start(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = database(&options, true).open(&release(2)).await.unwrap();
    assert_eq!(tables(&pool).await, ["first", "second"]);
    pool.close().await;
}

#[sqlx::test(migrations = false)]
async fn or_waits_until_the_command_did(_: PgPoolOptions, options: PgConnectOptions) {
    let waiting = tokio::spawn({
        let database = database(&options, false);
        async move { database.open(&release(2)).await }
    });
    // The older release's schema is not enough.
    let older = database(&options, true).open(&release(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(!waiting.is_finished());
    assert_eq!(tables(&older).await, ["first"]);
    older.close().await;

    let migrated = chassis::migrate(command(&options), "demo", &release(2)).await;
    migrated.unwrap().unwrap();
    let pool = waiting.await.unwrap().unwrap();
    assert_eq!(tables(&pool).await, ["first", "second"]);
    pool.close().await;
}

#[sqlx::test(migrations = false)]
async fn an_older_release_runs_on_the_newer_schema(_: PgPoolOptions, options: PgConnectOptions) {
    for (migrate, n) in [(true, 2), (false, 1), (true, 1)] {
        let pool = database(&options, migrate).open(&release(n)).await.unwrap();
        assert_eq!(tables(&pool).await, ["first", "second"]);
        pool.close().await;
    }
}

/// What limits a request is no limit of a migration, and what a migration sets is no setting of a request.
#[sqlx::test(migrations = false)]
async fn a_migration_has_a_connection_of_its_own(_: PgPoolOptions, options: PgConnectOptions) {
    let sql = "set lock_timeout = '1234ms'; \
               create table first as select current_setting('statement_timeout') as statement";
    let kind = MigrationType::Simple;
    let migration = Migration::new(1, "limits".into(), kind, sql.into_sql_str(), true);
    let migrations = Migrator::with_migrations(vec![migration]);
    let pool = database(&options, true).open(&migrations).await.unwrap();
    let limits: (String, String) =
        sqlx::query_as("select statement, current_setting('lock_timeout') from first")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(limits, ("0".to_owned(), "0".to_owned()));
    pool.close().await;
}

/// The acquirer's role has the name of the schema that its books are in.
#[sqlx::test(migrations = false)]
async fn a_schema_may_have_the_name_of_the_role(pool: PgPoolOptions, options: PgConnectOptions) {
    let first = database(&options, true).open(&release(2)).await.unwrap();
    first.close().await;
    let other = pool.connect_with(options.clone()).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "create schema {}",
        options.get_username()
    )))
    .execute(&other)
    .await
    .unwrap();
    other.close().await;
    let second = database(&options, true).open(&release(2)).await.unwrap();
    assert_eq!(tables(&second).await, ["first", "second"]);
    second.close().await;
}

#[tokio::test]
async fn other_commands_are_no_migrations() {
    for arguments in [vec!["service"], vec!["service", "--migrate", "true"]] {
        let arguments = arguments.into_iter().map(OsString::from);
        assert!(
            chassis::migrate(arguments, "demo", &release(1))
                .await
                .is_none()
        );
    }
}

#[tokio::test]
async fn neither_a_url_nor_a_password_is_in_an_error() {
    for url in [
        "postgres:secret-word@host",
        "http://user:secret-word@host/db",
    ] {
        let database = Database::new(url.into(), 1);
        let error = database.open(&release(1)).await.unwrap_err();
        assert!(!format!("{error:#}").contains("secret-word"), "{error:#}");
    }
}
