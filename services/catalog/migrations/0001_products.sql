create extension if not exists pg_trgm with schema public;
create extension if not exists unaccent with schema public;

-- Text as it is searched and sorted: words of plain small letters and digits, one space between them.
-- Accents go first, because `lower` knows only ASCII under the C locale. Immutable, which `unaccent`
-- is not declared to be: its dictionary could be edited, and here it is not.
create function fold(text) returns text
    language sql immutable strict parallel safe
    as $$
        select trim(regexp_replace(lower(public.unaccent('public.unaccent', $1)), '[^a-z0-9]+', ' ', 'g'))
    $$;

-- The same, without the small words of English: "the" would be taken for "thé", "from" for "fromage".
-- Words are told by the spaces around them, for letters with accents are not known as letters here.
create function fold_words(text) returns text
    language sql immutable strict parallel safe
    as $$
        select public.fold(regexp_replace($1,
            '(?<!\S)(a|an|and|as|at|by|for|from|in|of|on|the|to|with)(?!\S)', ' ', 'gi'))
    $$;

create table categories (
    slug      text     not null,
    parent    text,
    name      text     not null,
    name_fr   text     not null,
    position  integer  not null,

    constraint categories_pkey          primary key (slug),
    constraint categories_parent_fkey   foreign key (parent) references categories (slug),
    constraint categories_parent_check  check (parent <> slug)
);

create table products (
    id              uuid         not null,
    slug            text         not null,
    category        text         not null,
    name            text         not null,
    name_fr         text         not null,
    description     text         not null,
    description_fr  text         not null,
    price           bigint       not null,
    currency        text         not null,
    retired_at      timestamptz,
    created_at      timestamptz  not null default now(),
    updated_at      timestamptz  not null default now(),

    sort_name       text         not null generated always as (fold(name)) stored,
    sort_name_fr    text         not null generated always as (fold(name_fr)) stored,
    -- Both languages at once: a visitor who reads English may well look for "fromage". Spaces at both
    -- ends, so that every word has one on either side.
    search_names    text         not null generated always as
        (' ' || fold_words(name) || ' ' || fold(name_fr) || ' ') stored,
    search_body     text         not null generated always as
        (' ' || fold_words(description) || ' ' || fold(description_fr) || ' ') stored,

    constraint products_pkey            primary key (id),
    constraint products_slug_key        unique (slug),
    constraint products_slug_check      check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    constraint products_category_fkey   foreign key (category) references categories (slug),
    constraint products_price_check     check (price between 1 and 100000000),
    constraint products_currency_check  check (currency in ('EUR', 'USD'))
);

create index products_category_idx on products (category);
create index products_created_idx on products (created_at desc, id desc);
create index products_search_idx on products
    using gin (search_names public.gin_trgm_ops, search_body public.gin_trgm_ops);

-- The products that a visitor may mean by `sought`, the best with the highest score: what is a word of a
-- name, what begins one, what is in a name; what is of a category of that name; what begins a word of a
-- description, what is in one; and last what only resembles it.
-- The threshold is the function's own, so that a search needs neither a transaction nor a setting left
-- behind on a pooled connection. 0.4 forgives one wrong letter in a word of five.
create function search_products(sought text) returns table (product_id uuid, score integer)
    language sql stable strict rows 50
    set pg_trgm.strict_word_similarity_threshold = 0.4
    as $$
        with recursive question as (
            select coalesce(nullif(fold_words(sought), ''), fold(sought)) as words
        ), meant as (
            select c.slug,
                   ' ' || fold_words(c.name) || ' ' || fold(c.name_fr) || ' ' similar to
                       '% (' || q.words || ')s? %' as exactly
            from categories c, question q
            where q.words <> ''
              and (' ' || fold_words(c.name) || ' ' || fold(c.name_fr) || ' ' similar to
                       '% (' || q.words || ')s? %'
                   or q.words operator(public.<<%) fold_words(c.name)
                   or q.words operator(public.<<%) fold(c.name_fr))
          union
            select c.slug, m.exactly
            from categories c
            join meant m on c.parent = m.slug
        ), candidate as (
            select p.id
            from question q
            join products p
              on p.search_names like '% ' || q.words || '%'
              or p.search_body like '% ' || q.words || '%'
              -- Three letters are in the middle of too many words.
              or length(q.words) > 3 and p.search_names like '%' || q.words || '%'
              or length(q.words) > 3 and p.search_body like '%' || q.words || '%'
              or q.words operator(public.<<%) p.search_names
              or q.words operator(public.<<%) p.search_body
            where q.words <> ''
          union
            select p.id
            from products p
            where p.category in (select slug from meant)
        )
        select p.id,
               case
                   when p.search_names like '% ' || q.words || ' %' then 6000
                   when p.search_names like '% ' || q.words || '%' then 5000
                   when p.search_names like '%' || q.words || '%' then 4000
                   when p.category in (select slug from meant where exactly) then 3000
                   when p.search_body like '% ' || q.words || '%' then 2000
                   when p.search_body like '%' || q.words || '%' then 1000
                   else 0
               end
               + floor(999 * public.strict_word_similarity(q.words, p.search_names))::integer
        from candidate c
        join products p on p.id = c.id
        cross join question q
    $$;
