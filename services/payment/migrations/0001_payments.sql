-- Cards as the gateway's opaque tokens, payments of orders, refunds of payments.
-- Nothing here ever holds a card number or a cvc.

create table payment_methods (
    id            uuid        not null,
    user_id       uuid        not null,
    gateway_token text        not null,
    brand         text        not null,
    last4         text        not null,
    exp_month     smallint    not null,
    exp_year      smallint    not null,
    created_at    timestamptz not null default now(),
    constraint payment_methods_pkey primary key (id),
    constraint payment_methods_brand_check check (brand in ('visa', 'mastercard', 'amex', 'other')),
    constraint payment_methods_last4_check check (last4 ~ '^[0-9]{4}$'),
    constraint payment_methods_exp_month_check check (exp_month between 1 and 12)
);

create index payment_methods_user_id_idx on payment_methods (user_id, id);

-- One row for each order. The gateway's token is copied from the method when the intent is stored, so that
-- a payment under way does not depend on the method any longer. A row of amount 0 is a tombstone: the order
-- was cancelled before a payment was asked for.
create table payments (
    order_id          uuid        not null,
    user_id           uuid,
    payment_method_id uuid,
    gateway_token     text,
    amount            bigint      not null,
    currency          text        not null,
    status            text        not null default 'pending',
    charge            text,
    captured          bigint      not null default 0,
    -- Given back or promised to be: a refund is counted here before the gateway is asked for it.
    refunded          bigint      not null default 0,
    decline_code      text,
    attempts          smallint    not null default 0,
    due_at            timestamptz not null default now(),
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    constraint payments_pkey primary key (order_id),
    constraint payments_currency_check check (currency in ('EUR', 'USD')),
    constraint payments_status_check check (
        status in ('pending', 'authorised', 'captured', 'declined', 'cancelling', 'cancelled')
    ),
    constraint payments_intent_check check (
        amount > 0 and user_id is not null and payment_method_id is not null and gateway_token is not null
        or amount = 0 and status = 'cancelled'
    ),
    constraint payments_captured_check check (captured between 0 and amount),
    constraint payments_refunded_check check (refunded between 0 and captured),
    constraint payments_captured_status_check check (
        case status
            when 'captured' then captured = amount
            when 'cancelling' then true
            when 'cancelled' then captured = refunded
            else captured = 0
        end
    ),
    constraint payments_charge_check check (
        charge is not null or captured = 0 and status <> 'authorised'
    ),
    constraint payments_decline_code_check check (status <> 'declined' or decline_code is not null)
);

create index payments_cancelling_idx on payments (due_at) where status = 'cancelling';

create table refunds (
    id           uuid        not null,
    order_id     uuid        not null,
    amount       bigint      not null,
    reason       text        not null,
    status       text        not null default 'pending',
    refusal_code text,
    attempts     smallint    not null default 0,
    due_at       timestamptz not null,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint refunds_pkey primary key (id),
    constraint refunds_order_id_fkey foreign key (order_id) references payments (order_id),
    constraint refunds_amount_check check (amount > 0),
    constraint refunds_status_check check (status in ('pending', 'refunded', 'refused')),
    constraint refunds_refusal_code_check check ((status = 'refused') = (refusal_code is not null))
);

create index refunds_order_id_idx on refunds (order_id);
create index refunds_pending_idx on refunds (due_at) where status = 'pending';
