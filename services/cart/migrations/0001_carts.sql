-- A cart belongs to a member or to whoever holds a guest's token, of which only the SHA-256 is kept.
create table carts (
    id          uuid        not null,
    user_id     uuid,
    token_hash  bytea,
    -- Goes up with every change.
    version     bigint      not null default 1,
    updated_at  timestamptz not null default now(),

    constraint carts_pkey              primary key (id),
    constraint carts_user_id_key       unique (user_id),
    constraint carts_token_hash_key    unique (token_hash),
    constraint carts_owner_check       check (num_nonnulls(user_id, token_hash) = 1),
    constraint carts_token_hash_check  check (octet_length(token_hash) = 32)
);

-- For the purge of guests' carts.
create index carts_guest_updated_at_idx on carts (updated_at) where token_hash is not null;

-- What the product was called and cost when it was put in: shown while the catalog does not answer, and
-- compared with the price of today.
create table lines (
    cart_id     uuid        not null,
    product_id  uuid        not null,
    quantity    integer     not null,
    slug        text        not null,
    name        text        not null,
    name_fr     text        not null,
    image_url   text,
    price       bigint      not null,
    currency    text        not null,
    added_at    timestamptz not null default now(),

    constraint lines_pkey            primary key (cart_id, product_id),
    constraint lines_cart_id_fkey    foreign key (cart_id) references carts (id) on delete cascade,
    constraint lines_quantity_check  check (quantity between 1 and 99),
    constraint lines_price_check     check (price >= 0)
);

-- The orders whose lines were taken out of a cart: the order service may say so more than once.
create table cleared (
    order_id    uuid        not null,
    cleared_at  timestamptz not null default now(),

    constraint cleared_pkey primary key (order_id)
);

create index cleared_cleared_at_idx on cleared (cleared_at);
