-- What tokens are signed with. Each key signs from `active_from` to `retired_at`, which is when its
-- successor begins; it is published from its creation until the last token that it signed has ended.

create table signing_keys (
    -- The `kid` in tokens.
    id                 text        constraint signing_keys_pkey primary key,
    public_key         bytea       not null
                                   constraint signing_keys_public_key_check check (octet_length(public_key) = 32),
    -- PKCS#8 under AES-256-GCM: the nonce, then the ciphertext with its tag; the id is authenticated too.
    sealed_private_key bytea       not null,
    created_at         timestamptz not null,
    active_from        timestamptz not null,
    retired_at         timestamptz constraint signing_keys_retired_at_check check (retired_at >= active_from)
);

-- One key at most has no successor: two replicas that start at once cannot both make the first.
create unique index signing_keys_newest_key on signing_keys ((true)) where retired_at is null;
