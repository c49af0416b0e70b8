-- At every moment, per product: sum of the movements = available + reserved + sold (invariant I4).
create table stock (
    product_id  uuid    not null,
    available   bigint  not null,
    reserved    bigint  not null default 0,
    sold        bigint  not null default 0,

    constraint stock_pkey             primary key (product_id),
    constraint stock_product_id_fkey  foreign key (product_id) references products (id),
    constraint stock_available_check  check (available >= 0),
    constraint stock_reserved_check   check (reserved >= 0),
    constraint stock_sold_check       check (sold >= 0)
)
-- Room for the next version of a row in its own page: the row of a product in demand is written often.
with (fillfactor = 50);

-- What came onto the shelf and what was taken off it other than by a sale.
create table stock_movements (
    id          uuid         not null,
    product_id  uuid         not null,
    delta       bigint       not null,
    reason      text         not null,
    note        text,
    at          timestamptz  not null default now(),
    -- The member of staff; none where a service or the seed did it.
    by          uuid,
    -- The restock that it belongs to.
    source_id   uuid,

    constraint stock_movements_pkey             primary key (id),
    constraint stock_movements_product_id_fkey  foreign key (product_id) references stock (product_id),
    constraint stock_movements_delta_check      check (delta <> 0),
    constraint stock_movements_reason_check     check (reason in
        ('initial', 'restock', 'adjustment', 'return', 'cancellation'))
);

create index stock_movements_product_idx on stock_movements (product_id, id desc);

-- Units put back by the order service, remembered so that the same call counts once.
create table restocks (
    id      uuid         not null,
    reason  text         not null,
    at      timestamptz  not null default now(),

    constraint restocks_pkey          primary key (id),
    constraint restocks_reason_check  check (reason in ('return', 'cancellation'))
);

create table reservations (
    id          uuid         not null,
    state       text         not null,
    expires_at  timestamptz  not null,
    created_at  timestamptz  not null default now(),

    constraint reservations_pkey         primary key (id),
    constraint reservations_state_check  check (state in ('reserved', 'committed', 'released', 'expired'))
);

create index reservations_due_idx on reservations (expires_at) where state = 'reserved';

-- With the names and prices at which the units were promised.
create table reservation_lines (
    reservation_id  uuid     not null,
    product_id      uuid     not null,
    quantity        bigint   not null,
    unit_price      bigint   not null,
    currency        text     not null,
    name            text     not null,
    name_fr         text     not null,
    -- Where the line stood in the request.
    position        integer  not null,

    constraint reservation_lines_pkey                 primary key (reservation_id, product_id),
    constraint reservation_lines_reservation_id_fkey  foreign key (reservation_id) references reservations (id),
    constraint reservation_lines_product_id_fkey      foreign key (product_id) references stock (product_id),
    constraint reservation_lines_quantity_check       check (quantity between 1 and 1000),
    constraint reservation_lines_currency_check       check (currency in ('EUR', 'USD'))
);
