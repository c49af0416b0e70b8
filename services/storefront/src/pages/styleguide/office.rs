//! What the back office is made of.

use maud::{Markup, html};

use super::made_up;
use crate::{pages::admin::dashboard, services::order::Summary, visit::Visit};

/// Figures, charts (one of days without any sales), and what waits where.
pub(super) fn office(visit: &Visit) -> Markup {
    let summary = made_up::summary();
    let quiet = Summary {
        days: made_up::quiet_days(),
        ..summary.clone()
    };
    html! {
        div.admin {
            (dashboard::business(visit, &summary))
            (dashboard::charts(visit, &quiet))
            div.admin-halves inert {
                (dashboard::orders_by_status(visit, &summary))
                (dashboard::returns_by_state(visit, &summary))
            }
        }
    }
}
