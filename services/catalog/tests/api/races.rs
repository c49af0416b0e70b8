use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    open_with_category,
    reservations::{lines, new_id, path},
    thing,
};

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn two_hundred_checkouts_for_twenty_units_get_exactly_twenty(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let hot = shop.add(thing("teapot", 100, 20)).await;
    let cold = shop.add(thing("kettle", 100, 1000)).await;
    let mut buyers = JoinSet::new();
    for index in 0..200 {
        let (order, hot, cold) = (shop.order.clone(), hot.clone(), cold.clone());
        buyers.spawn(async move {
            // In both orders, which would be a deadlock if the order of the request were that of the locks.
            let wanted = if index % 2 == 0 {
                lines(&[(&hot, 1), (&cold, 1)])
            } else {
                lines(&[(&cold, 1), (&hot, 1)])
            };
            order.put(&path(&new_id()), wanted).await
        });
    }
    let mut reserved = 0;
    while let Some(answer) = buyers.join_next().await {
        let answer = answer.unwrap();
        match answer.status {
            200 => reserved += 1,
            _ => {
                answer.expect_problem(409, "out-of-stock");
            }
        }
    }
    assert_eq!(reserved, 20);
    assert_eq!(shop.level(&hot).await, [0, 20, 0]);
    assert_eq!(shop.level(&cold).await, [980, 20, 0]);
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn twins_of_one_call_reserve_once(pool: PgPool) {
    let shop = open_with_category(pool).await;
    // The twins take the last units: the one that comes late must not say "out of stock".
    let teapot = shop.add(thing("teapot", 100, 2)).await;
    for round in 0..10 {
        let id = new_id();
        let mut twins = JoinSet::new();
        for _ in 0..8 {
            let (order, id, teapot) = (shop.order.clone(), id.clone(), teapot.clone());
            twins.spawn(async move { order.put(&path(&id), lines(&[(&teapot, 2)])).await });
        }
        while let Some(answer) = twins.join_next().await {
            let answer = answer.unwrap().expect(200);
            assert_eq!(answer.body["state"], "reserved", "round {round}");
        }
        assert_eq!(shop.level(&teapot).await, [0, 2, 0]);
        shop.release(&id).await.expect(200);
    }
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn twins_that_reserve_anew_reserve_once(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 2)).await;
    let id = new_id();
    shop.order
        .put(&path(&id), lines(&[(&teapot, 1)]))
        .await
        .expect(200);
    for _ in 0..10 {
        shop.run_out(&id).await;
        let mut twins = JoinSet::new();
        for _ in 0..8 {
            let (order, id, teapot) = (shop.order.clone(), id.clone(), teapot.clone());
            twins.spawn(async move { order.put(&path(&id), lines(&[(&teapot, 2)])).await });
        }
        while let Some(answer) = twins.join_next().await {
            answer.unwrap().expect(200);
        }
        assert_eq!(shop.level(&teapot).await, [0, 2, 0]);
    }
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn commit_and_release_race_to_one_end(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 30)).await;
    let mut sold = 0;
    for _ in 0..15 {
        let id = new_id();
        shop.order
            .put(&path(&id), lines(&[(&teapot, 1)]))
            .await
            .expect(200);
        shop.run_out(&id).await;
        let (commit, release, swept) = tokio::join!(
            shop.commit(&id),
            shop.release(&id),
            catalog::expire(&shop.pool)
        );
        swept.unwrap();
        match (commit.status, release.status) {
            (200, 409) => {
                release.expect_problem(409, "committed");
                sold += 1;
            }
            (409, 200) => {
                commit.expect_problem(409, "released");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(shop.level(&teapot).await, [30 - sold, 0, sold]);
    shop.assert_i4().await;
}
