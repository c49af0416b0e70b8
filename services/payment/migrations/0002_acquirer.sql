-- The sandbox acquirer's own books. It plays a third party: nothing here refers to the payment service's
-- tables, and nothing there refers to these.

create schema acquirer;

-- What a card number is exchanged for. The number itself is kept nowhere, only how the test card behaves.
create table acquirer.tokens (
    id         text        not null,
    brand      text        not null,
    last4      text        not null,
    behaviour  text        not null,
    created_at timestamptz not null default now(),
    constraint tokens_pkey primary key (id),
    constraint tokens_last4_check check (last4 ~ '^[0-9]{4}$'),
    constraint tokens_behaviour_check check (
        behaviour in ('approved', 'declined', 'insufficient_funds', 'slow', 'answer_lost', 'unavailable')
    )
);

-- A reference that was voided before anything was authorised has a row too, without a token: it refuses
-- what comes late.
create table acquirer.charges (
    id           text        not null,
    reference    text        not null,
    token        text,
    amount       bigint      not null,
    currency     text,
    status       text        not null,
    decline_code text,
    captured     bigint      not null default 0,
    refunded     bigint      not null default 0,
    created_at   timestamptz not null default now(),
    constraint charges_pkey primary key (id),
    constraint charges_reference_key unique (reference),
    constraint charges_token_fkey foreign key (token) references acquirer.tokens (id),
    constraint charges_amount_check check (
        amount > 0 and token is not null and currency is not null or amount = 0 and status = 'voided'
    ),
    constraint charges_status_check check (status in ('authorized', 'declined', 'captured', 'voided')),
    constraint charges_captured_check check (captured between 0 and amount),
    constraint charges_refunded_check check (refunded between 0 and captured),
    constraint charges_captured_status_check check ((captured > 0) = (status = 'captured'))
);

-- Every movement, as on a statement of account.
create table acquirer.entries (
    id         bigint generated always as identity,
    charge     text        not null,
    kind       text        not null,
    amount     bigint      not null,
    created_at timestamptz not null default now(),
    constraint entries_pkey primary key (id),
    constraint entries_charge_fkey foreign key (charge) references acquirer.charges (id),
    constraint entries_kind_check check (kind in ('authorization', 'capture', 'void', 'refund'))
);

create index entries_charge_idx on acquirer.entries (charge);

-- What was asked under an idempotency key, how often, and what was answered.
create table acquirer.requests (
    key        text        not null,
    body       jsonb       not null,
    attempts   integer     not null default 1,
    status     smallint,
    answer     jsonb,
    created_at timestamptz not null default now(),
    constraint requests_pkey primary key (key),
    constraint requests_answer_check check ((status is null) = (answer is null))
);
