-- Who is signed in, and what ended before its time.

create table sessions (
    id           uuid        constraint sessions_pkey primary key,
    user_id      uuid        not null
                             constraint sessions_user_id_fkey references users on delete cascade,
    -- What signed in, for its owner to recognise it by.
    user_agent   text        constraint sessions_user_agent_check check (length(user_agent) <= 200),
    created_at   timestamptz not null,
    last_used_at timestamptz not null,
    -- However much it is used, it ends then.
    ends_at      timestamptz not null constraint sessions_ends_at_check check (ends_at > created_at)
);

create index sessions_user_id_idx on sessions (user_id);
create index sessions_ends_at_idx on sessions (ends_at);
create index sessions_last_used_at_idx on sessions (last_used_at);

-- Those that were used stay as long as their session, so that a second use is noticed.
create table refresh_tokens (
    -- SHA-256; the token itself is nowhere.
    hash       bytea       constraint refresh_tokens_pkey primary key
                           constraint refresh_tokens_hash_check check (octet_length(hash) = 32),
    session_id uuid        not null
                           constraint refresh_tokens_session_id_fkey references sessions on delete cascade,
    issued_at  timestamptz not null,
    used_at    timestamptz
);

create index refresh_tokens_session_id_idx on refresh_tokens (session_id);
-- A session has one token that is good.
create unique index refresh_tokens_unused_key on refresh_tokens (session_id) where used_at is null;

-- The feed that every service follows. Rows are written under an advisory lock (store/revocations.rs), so
-- that they become visible in the order of `seq`.
create table revocations (
    seq        bigint      generated always as identity constraint revocations_pkey primary key,
    session_id uuid        not null,
    -- When the last access token of the session has ended, and the row may go.
    until      timestamptz not null
);

create index revocations_until_idx on revocations (until);
