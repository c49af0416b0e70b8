-- People who have an account, and where they want their parcels.

create table users (
    id            uuid        constraint users_pkey primary key,
    -- As `Email` in account.rs normalises it: one account for each address, however it is typed.
    email         text        not null
                              constraint users_email_key unique
                              constraint users_email_check check (email !~ '[A-Z[:space:]]' and length(email) between 3 and 254),
    name          text        not null constraint users_name_check check (length(name) between 1 and 100),
    roles         text[]      not null default '{customer}'
                              constraint users_roles_check check (roles <@ '{customer,staff}' and cardinality(roles) > 0),
    -- A PHC string: algorithm, parameters, salt and hash.
    password_hash text        not null constraint users_password_hash_check check (password_hash like '$argon2id$%'),
    created_at    timestamptz not null default now()
);

create table addresses (
    id          uuid        constraint addresses_pkey primary key,
    user_id     uuid        not null
                            constraint addresses_user_id_fkey references users on delete cascade,
    name        text        not null constraint addresses_name_check check (length(name) between 1 and 100),
    line1       text        not null constraint addresses_line1_check check (length(line1) between 1 and 200),
    line2       text        constraint addresses_line2_check check (length(line2) between 1 and 200),
    city        text        not null constraint addresses_city_check check (length(city) between 1 and 100),
    postal_code text        not null constraint addresses_postal_code_check check (length(postal_code) between 1 and 20),
    country     text        not null constraint addresses_country_check check (country ~ '^[A-Z]{2}$'),
    created_at  timestamptz not null default now()
);

create index addresses_user_id_idx on addresses (user_id);
