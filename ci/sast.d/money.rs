struct Line {
    // ruleid: money-in-floats
    unit_price: f64,
    // ok: money-in-floats
    ratio: f64,
    // ok: money-in-floats
    total: Money,
}

fn bad(price: Money, quantity: i64, lines: &[Line]) {
    // ruleid: money-arithmetic-unchecked
    let total = price.amount * quantity;
    // ruleid: money-arithmetic-unchecked
    let left = self.total.amount - price.amount;
    let mut sum = Money::zero(Currency::Eur);
    // ruleid: money-arithmetic-unchecked
    sum.amount += price.amount;
    // ruleid: money-arithmetic-unchecked
    let all: i64 = lines.iter().map(|it| it.total.amount).sum();
    // ruleid: money-in-floats
    let euros = price.amount as f64;
    // ruleid: money-in-floats
    fn vat(amount: f64) {}
}

fn good(price: Money, quantity: u32, ttl: Ttl) -> Result<Money, MoneyError> {
    // ok: money-in-floats
    let seconds = f64::from(ttl.0);
    // ok: money-arithmetic-unchecked
    let total = price.times(quantity)?.plus(price)?;
    // ok: money-arithmetic-unchecked
    if total.amount > price.amount && total.amount % 100 == 0 {}
    Ok(total)
}

mod tests {
    fn expected(price: Money) -> i64 {
        // ok: money-arithmetic-unchecked
        price.amount * 3
    }
}
