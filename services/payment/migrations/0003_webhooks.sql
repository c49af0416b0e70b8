set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- What acquirers told us of payments: stored before it is answered, looked into afterwards. Nothing of an event is
-- kept but its id, its kind and what it is about, because the acquirer is asked for the rest.
create table webhook_events (
    gateway      text        not null,
    id           text        not null,
    kind         text        not null,
    -- Our order or refund, if it names one.
    reference    uuid,
    attempts     integer     not null default 0,
    due_at       timestamptz not null default now(),
    received_at  timestamptz not null default now(),
    processed_at timestamptz,
    constraint webhook_events_pkey primary key (gateway, id),
    constraint webhook_events_id_check check (length(id) between 1 and 255),
    constraint webhook_events_kind_check check (length(kind) between 1 and 100)
);

create index webhook_events_due_idx on webhook_events (due_at) where processed_at is null;
create index webhook_events_received_idx on webhook_events (received_at);

-- What the sandbox acquirer tells its shop of.
create table acquirer.events (
    id           text        not null,
    kind         text        not null,
    reference    text        not null,
    attempts     integer     not null default 0,
    due_at       timestamptz not null default now(),
    created_at   timestamptz not null default now(),
    delivered_at timestamptz,
    constraint events_pkey primary key (id)
);

create index events_due_idx on acquirer.events (due_at) where delivered_at is null;
