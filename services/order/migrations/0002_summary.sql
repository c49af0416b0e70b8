-- What the staff's summary asks day by day.
create index orders_by_creation on orders (created_at);
-- Nothing changes an order or a return after its money went back, so updated_at is when it did.
create index orders_given_back on orders (updated_at) where status = 'cancelled' and refunded_amount > 0;
create index returns_given_back on returns (updated_at) where state = 'refunded';
