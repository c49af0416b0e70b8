-- What audits of the shop found, as the auditor told it; the last thousand are kept.
create table audits (
    -- The auditor's name for it, by which a repeated call is known.
    id          uuid        not null,
    -- When it was done by the auditor's clock, and when it was recorded by ours.
    finished_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    clean       boolean     not null,
    -- Of the auditor.
    version     text        not null,
    -- The invariants, each with how many rows were checked and how many break it.
    report      jsonb       not null,

    constraint audits_pkey primary key (id),
    constraint audits_version_length check (length(version) between 1 and 64),
    -- A body is 64 KiB at most; jsonb is written with more spaces.
    constraint audits_report_bounded check (octet_length(report::text) <= 131072)
);

create index audits_by_time on audits (recorded_at, id);
