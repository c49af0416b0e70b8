//! I3: the refunds of an order never exceed what was captured, and everybody agrees on them.

use super::{Verdict, facts::Facts};

pub(super) fn check(facts: &Facts) -> Verdict {
    let refunds = facts.payments.values().map(|it| it.refund_rows);
    let refunds = usize::try_from(refunds.sum::<i64>()).unwrap_or_default();
    let mut verdict = Verdict::new("I3", "refunds never exceed the capture")
        .checked("payments", facts.payments.len())
        .checked("refunds", refunds);

    for (id, payment) in &facts.payments {
        let row = format_args!("payment {id}").to_string();
        let (captured, refunded) = (payment.captured(), payment.refunded());
        let rows = payment.refund_rows_amount();
        if refunded.amount > captured.amount || rows.amount > captured.amount {
            verdict.broken(
                &row,
                "no more goes back than came",
                format_args!("captured {captured}, refunded {refunded}, refund rows {rows}"),
            );
        }
        if rows != refunded {
            verdict.broken(
                &row,
                "the refunds add up",
                format_args!("refunded {refunded}, refund rows {rows}"),
            );
        }
        if let Some(charge) = facts.charges.get(id)
            && charge.refunded() != refunded
            && !payment.is_under_way()
        {
            verdict.broken(
                &row,
                "the acquirer gave back what our books say",
                format_args!("it gave {}, we know of {refunded}", charge.refunded()),
            );
        }
    }
    for (id, order) in &facts.orders {
        let row = format_args!("order {id} ({})", order.number).to_string();
        let (refunded, returned) = (order.refunded(), order.returned());
        if order.is_paid() && refunded != returned {
            verdict.broken(
                &row,
                "an order's refunds are those of its returns",
                format_args!("refunded {refunded}, returns {returned}"),
            );
        }
        if order.is_cancelled() && refunded != order.total() && !order.awaits(&["cancel_payment"]) {
            verdict.broken(
                &row,
                "a cancelled order is refunded in full",
                format_args!("total {}, refunded {refunded}", order.total()),
            );
        }
        let Some(payment) = facts.payments.get(id) else {
            continue;
        };
        let given = payment.refunded();
        // The payment service is ahead while the message is under way, and never behind.
        if order.is_paid() && given != refunded && !order.awaits(&["refund"]) {
            verdict.broken(
                &row,
                "order and payment agree on what went back",
                format_args!("the order says {refunded}, the payment {given}"),
            );
        }
    }
    verdict
}
