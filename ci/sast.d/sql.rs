async fn bad(db: &PgPool, name: &str) {
    // ruleid: sql-from-format
    sqlx::query(&format!("select id from users where name = '{name}'")).fetch_one(db).await;
    // ruleid: sql-from-format
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(db).await;
    // ruleid: sql-from-format
    let statement = format!("update sessions set {set} where id = 1");
    // ruleid: sql-from-format
    let made = format!("create database {name}");
    // ruleid: sql-from-format
    sqlx::query_as::<_, User>(format!("select {columns} from users"));
}

async fn good(db: &PgPool, name: &str) {
    // ok: sql-from-format
    sqlx::query!("select id from users where name = $1", name).fetch_one(db).await;
    // ok: sql-from-format
    let title = format!("{name} was updated");
    // ok: sql-from-format
    let refused = format!("create {name} first");
}
