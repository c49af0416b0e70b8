//! I5: no reservation outlives its order or its expiry, and what was sold is what was paid for.

use std::collections::HashMap;

use super::{
    Verdict,
    facts::{Facts, Order},
};

/// Messages that end a reservation.
const ENDS: [&str; 2] = ["commit_reservation", "release_reservation"];

pub(super) fn check(facts: &Facts) -> Verdict {
    let open = facts.reservations.values();
    let open = open.filter(|it| it.state == "reserved").count();
    let mut verdict = Verdict::new("I5", "no reservation outlives its order or its expiry")
        .checked("reservations", facts.reservations.len())
        .checked("of them open", open);

    let orders: HashMap<_, &Order> = facts
        .orders
        .values()
        .map(|it| (it.reservation_id, it))
        .collect();
    for (id, reservation) in &facts.reservations {
        let row = format_args!("reservation {id}").to_string();
        let order = orders.get(id);
        let whose = match order {
            Some(order) => format!("order {} is {}", order.number, order.status),
            None => "no order has it".to_owned(),
        };
        match reservation.state.as_str() {
            "reserved" => {
                if reservation.overdue {
                    verdict.broken(&row, "it ends with its expiry", &whose);
                }
                if order.is_some_and(|it| !it.is_pending() && !it.awaits(&ENDS)) {
                    verdict.broken(&row, "it ends with its order", &whose);
                }
            }
            "committed" => {
                if order.is_none_or(|it| !it.is_paid() && !it.is_cancelled()) {
                    verdict.broken(&row, "what is sold was paid for", &whose);
                } else if order.is_some_and(|it| it.lines != reservation.lines) {
                    verdict.broken(
                        &row,
                        "what is sold was ordered",
                        format_args!("{whose}, and has other lines"),
                    );
                }
            }
            _ => {}
        }
    }
    for (id, order) in &facts.orders {
        let reservation = facts.reservations.get(&order.reservation_id);
        let state = reservation.map_or("missing", |it| it.state.as_str());
        if order.is_paid() && state != "committed" && !order.awaits(&ENDS) {
            verdict.broken(
                format_args!("order {id} ({})", order.number),
                "what was paid for is sold",
                format_args!("{}, and its reservation is {state}", order.status),
            );
        }
    }
    verdict
}
