//! What the database pool is doing, read when it is asked for.

use prometheus::{
    IntGauge, IntGaugeVec, Opts,
    core::{Collector, Desc},
    proto::MetricFamily,
};
use sqlx::PgPool;

pub(crate) struct Connections {
    pool: PgPool,
    open: IntGaugeVec,
    most: IntGauge,
}

impl Connections {
    pub(crate) fn of(pool: PgPool) -> Result<Self, prometheus::Error> {
        let open = IntGaugeVec::new(
            Opts::new(
                "database_connections",
                "Open connections to the database, by whether somebody uses them.",
            ),
            &["state"],
        )?;
        let most = IntGauge::new(
            "database_connections_max",
            "The most connections to the database that are held open.",
        )?;
        Ok(Self { pool, open, most })
    }
}

impl Collector for Connections {
    fn desc(&self) -> Vec<&Desc> {
        let mut descs = self.open.desc();
        descs.extend(self.most.desc());
        descs
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let count = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
        // The two are not read at one instant, so there may be more idle ones than there were in all.
        let idle = count(self.pool.num_idle());
        let busy = i64::from(self.pool.size()).saturating_sub(idle).max(0);
        self.open.with_label_values(&["idle"]).set(idle);
        self.open.with_label_values(&["busy"]).set(busy);
        self.most
            .set(self.pool.options().get_max_connections().into());
        let mut families = self.open.collect();
        families.extend(self.most.collect());
        families
    }
}
