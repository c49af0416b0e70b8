//! I2: an order is confirmed or later if and only if exactly its total was captured, and nothing is
//! captured without an order.

use super::{Verdict, facts::Facts};

/// Messages that give the money back.
const GIVES_BACK: [&str; 2] = ["cancel_payment", "refund"];

pub(super) fn check(facts: &Facts) -> Verdict {
    let captures = facts.payments.values();
    let captures = captures.filter(|it| it.captured().amount > 0).count();
    let mut verdict = Verdict::new("I2", "paid if and only if captured in full")
        .checked("orders", facts.orders.len())
        .checked("captures", captures);

    for (id, order) in &facts.orders {
        let row = format_args!("order {id} ({})", order.number).to_string();
        let status = order.status.as_str();
        let total = order.total();
        let Some(payment) = facts.payments.get(id) else {
            if order.is_paid() {
                verdict.broken(
                    row,
                    "a paid order has its payment",
                    format_args!("{status}, total {total}, and no payment"),
                );
            }
            continue;
        };
        let (captured, refunded) = (payment.captured(), payment.refunded());
        if order.is_paid() {
            if captured != total {
                verdict.broken(
                    row,
                    "a paid order's total is captured",
                    format_args!("{status}, total {total}, captured {captured}"),
                );
            }
        } else if order.is_pending() {
            // The answer may be on its way, but it can only be yes or no.
            if captured != total && captured.amount != 0 {
                verdict.broken(
                    row,
                    "a pending order has all or nothing captured",
                    format_args!("total {total}, captured {captured}"),
                );
            }
        } else if captured != refunded && !order.awaits(&GIVES_BACK) {
            verdict.broken(
                row,
                "an order that came to nothing keeps no money",
                format_args!("{status}, captured {captured}, refunded {refunded}"),
            );
        }
    }
    for (id, payment) in &facts.payments {
        let captured = payment.captured();
        if captured.amount > 0 && !facts.orders.contains_key(id) {
            verdict.broken(
                format_args!("payment {id}"),
                "a captured payment has its order",
                format_args!("captured {captured}, and no such order"),
            );
        }
    }
    for (id, charge) in &facts.charges {
        let ours = facts.payments.get(id);
        if ours.is_some_and(|it| it.is_under_way() || it.captured() == charge.captured()) {
            continue;
        }
        verdict.broken(
            format_args!("charge of order {id}"),
            "what the acquirer took is in our books",
            match ours {
                Some(it) => format!(
                    "it took {}, we know of {}",
                    charge.captured(),
                    it.captured()
                ),
                None => format!("it took {}, and we have no such payment", charge.captured()),
            },
        );
    }
    verdict
}
