-- Orders, what was bought, what happened to them, what is still to be told to other services, and
-- returns.
--
-- `comptoir audit` reads these tables. What it may rely on:
--   I1  orders_user_key_once: one order per (user_id, idempotency_key).
--   I2  status in (confirmed, packed, shipped, delivered) if and only if the payment with the id of the
--       order holds captured = (total_amount, currency). A `cancelled` or `payment_failed` order may
--       still have money captured for as long as its `cancel_payment` row is in the outbox.
--   I3  refunded_amount never passes total_amount; it is the sum of refund_amount over the order's
--       returns that are `refunded`, or the whole total of an order that was cancelled.
--   I5  reservation_id is the reservation at catalog, good until reserved_until. It is committed once an
--       order is confirmed and released once it is payment_failed; until that is done a row of kind
--       commit_reservation or release_reservation is in the outbox.
-- A row of the outbox is deleted when it is delivered, so every row is work that is still to be done.

-- Numbers that people read out on the telephone. A checkout that fails may leave a gap.
create sequence order_numbers as bigint;

create table orders (
    id                  uuid        not null,
    number              text        not null default (
        'C-' || to_char(now() at time zone 'UTC', 'YYYY') || '-'
             || to_char(nextval('order_numbers'), 'FM999999999000000')
    ),
    user_id             uuid        not null,
    -- The client's name for this checkout, and the SHA-256 of what it asked for under that name.
    idempotency_key     text        not null,
    request_fingerprint bytea       not null,
    status              text        not null,
    -- Why a payment_failed order failed; decline_code is the gateway's own word for a decline.
    failure             text,
    decline_code        text,
    total_amount        bigint      not null,
    currency            text        not null,
    refunded_amount     bigint      not null default 0,
    payment_method_id   uuid        not null,
    shipping_address    jsonb       not null,
    reservation_id      uuid        not null,
    reserved_until      timestamptz not null,
    tracking_number     text,
    carrier             text,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    -- A pending order is driven by one party at a time (a request or the recovery worker), which holds it
    -- until held_until; the worker looks after it at attend_at.
    held_until          timestamptz,
    attend_at           timestamptz not null,
    attempts            integer     not null default 0,

    constraint orders_pkey primary key (id),
    constraint orders_number_key unique (number),
    constraint orders_user_key_once unique (user_id, idempotency_key),
    constraint orders_reservation_key unique (reservation_id),
    constraint orders_key_length check (length(idempotency_key) between 1 and 200),
    constraint orders_fingerprint_sha256 check (length(request_fingerprint) = 32),
    constraint orders_status_known check (status in
        ('pending', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled', 'payment_failed')),
    constraint orders_failure_known check (failure in
        ('declined', 'unknown_payment_method', 'expired')),
    constraint orders_failure_said check ((status = 'payment_failed') = (failure is not null)),
    constraint orders_shipped_with_tracking check
        (status not in ('shipped', 'delivered') or tracking_number is not null),
    constraint orders_total_not_negative check (total_amount >= 0),
    constraint orders_refunded_at_most_total check (refunded_amount between 0 and total_amount),
    constraint orders_currency_known check (currency in ('EUR', 'USD'))
);

-- A user's history and the staff's lists, newest first: ids are UUIDv7 and so in order of time.
create index orders_by_user on orders (user_id, id desc);
create index orders_by_status on orders (status, id desc);
-- What the recovery worker looks for: few rows at any time.
create index orders_to_attend on orders (attend_at) where status = 'pending';

create table order_lines (
    order_id   uuid    not null,
    product_id uuid    not null,
    position   integer not null,
    name       text    not null,
    name_fr    text,
    quantity   integer not null,
    unit_price bigint  not null,

    constraint order_lines_pkey primary key (order_id, product_id),
    constraint order_lines_order_fkey foreign key (order_id) references orders (id),
    constraint order_lines_quantity_positive check (quantity > 0),
    constraint order_lines_price_not_negative check (unit_price >= 0)
);

create table order_events (
    id       bigint      generated always as identity,
    order_id uuid        not null,
    at       timestamptz not null default now(),
    kind     text        not null,
    actor    text        not null,
    -- The member of staff or the customer; null for the shop itself.
    actor_id uuid,
    note     text,

    constraint order_events_pkey primary key (id),
    constraint order_events_order_fkey foreign key (order_id) references orders (id),
    constraint order_events_actor_known check (actor in ('customer', 'staff', 'system')),
    constraint order_events_actor_named check ((actor = 'system') = (actor_id is null))
);

create index order_events_by_order on order_events (order_id, id);

create table outbox (
    id         bigint      generated always as identity,
    order_id   uuid        not null,
    -- Rows of one order to one receiver are delivered in the order of their ids; receivers do not wait
    -- for each other, so that a cart service in trouble holds nobody's money back.
    receiver   text        not null,
    kind       text        not null,
    payload    jsonb       not null,
    attempts   integer     not null default 0,
    attend_at  timestamptz not null default now(),
    created_at timestamptz not null default now(),

    constraint outbox_pkey primary key (id),
    constraint outbox_order_fkey foreign key (order_id) references orders (id),
    constraint outbox_receiver_known check (receiver in ('catalog', 'cart', 'payment')),
    constraint outbox_kind_known check (kind in
        ('commit_reservation', 'release_reservation', 'restock', 'clear_cart', 'cancel_payment', 'refund'))
);

create index outbox_due on outbox (receiver, attend_at);
create index outbox_in_order on outbox (order_id, receiver, id);

create table returns (
    id            uuid        not null,
    order_id      uuid        not null,
    state         text        not null,
    reason        text        not null,
    -- What staff said when they refused.
    refusal       text,
    refund_amount bigint      not null,
    currency      text        not null,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),

    constraint returns_pkey primary key (id),
    constraint returns_order_fkey foreign key (order_id) references orders (id),
    constraint returns_state_known check (state in
        ('requested', 'approved', 'refused', 'received', 'refunded')),
    constraint returns_refusal_said check ((state = 'refused') = (refusal is not null)),
    constraint returns_refund_not_negative check (refund_amount >= 0),
    constraint returns_currency_known check (currency in ('EUR', 'USD'))
);

create index returns_by_order on returns (order_id, id);
create index returns_by_state on returns (state, id desc);

create table return_lines (
    return_id  uuid    not null,
    order_id   uuid    not null,
    product_id uuid    not null,
    quantity   integer not null,

    constraint return_lines_pkey primary key (return_id, product_id),
    constraint return_lines_return_fkey foreign key (return_id) references returns (id),
    constraint return_lines_order_line_fkey foreign key (order_id, product_id)
        references order_lines (order_id, product_id),
    constraint return_lines_quantity_positive check (quantity > 0)
);
