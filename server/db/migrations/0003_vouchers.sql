-- Vouchers, their notes, and every movement of a cent between them.

create table vouchers (
  id uuid primary key,
  mailbox_id uuid not null references mailboxes,
  programme_id integer not null references programmes,
  -- Proof for an auditor who holds the case's key: sha256(decision id, salt); the salt is in the decision's envelope.
  decision_proof bytea not null,
  valid_until timestamptz not null,
  granted_cents bigint not null check (granted_cents > 0),
  spent_cents bigint not null default 0 check (spent_cents >= 0),
  left_cents bigint not null check (left_cents >= 0),
  expired_cents bigint not null default 0 check (expired_cents >= 0),
  revoked_cents bigint not null default 0 check (revoked_cents >= 0),
  constraint voucher_balances check (granted_cents = spent_cents + left_cents + expired_cents + revoked_cents)
);
create index on vouchers (mailbox_id);

-- One-time holder addresses that a wallet has uploaded and that no note has taken.
create table address_stock (
  address bytea primary key check (octet_length(address) = 20),
  wallet_id uuid not null references wallets,
  position integer not null,
  note_id bytea,
  unique (wallet_id, position)
);
create index on address_stock (wallet_id, position) where note_id is null;

create table sheets (
  -- Its tree's root, on chain too.
  id bytea primary key check (octet_length(id) = 32),
  programme_id integer not null references programmes,
  padding_seed bytea not null,
  depth smallint not null,
  purposes smallint not null,
  committed_cents bigint not null check (committed_cents >= 0),
  granted_cents bigint not null check (granted_cents >= 0),
  released_cents bigint not null default 0 check (released_cents >= 0),
  valid_until timestamptz not null,
  closes_at timestamptz not null,
  data_hash bytea not null,
  leaf_file bytea not null,
  state text not null check (state in ('queued', 'final', 'closing', 'closed')),
  created_at timestamptz not null
);

create table notes (
  id bytea primary key check (octet_length(id) = 16),
  voucher_id uuid not null references vouchers,
  holder bytea unique references address_stock (address),
  face_cents bigint not null check (face_cents > 0),
  cap_cents bigint not null check (cap_cents >= face_cents),
  state text not null check (state in ('open', 'accepted', 'posted', 'final', 'guaranteed', 'retired', 'undone')),
  retired_because text check (retired_because in ('replaced', 'revoked', 'expired', 'extended', 'reduced')),
  origin text not null check (origin in ('grant', 'change', 'undo', 'refund', 'replacement', 'extension')),
  parent_id bytea references notes (id),
  -- Its value has never been on a sheet: counted as a new grant when it goes on one.
  is_new_value boolean not null,
  sheet_id bytea references sheets,
  leaf_index integer,
  -- What its sheet locks for it: its face, or the accepted amount if it was accepted before the sheet was cut.
  locked_cents bigint check (locked_cents >= 0),
  created_at timestamptz not null default now(),
  constraint retired_says_why check ((state = 'retired') = (retired_because is not null)),
  constraint on_a_sheet check ((sheet_id is null) = (leaf_index is null) and (sheet_id is null) = (locked_cents is null)),
  unique (sheet_id, leaf_index)
);
create index on notes (voucher_id);
create index on notes (state) where sheet_id is null;

-- Double entry: each row takes cents from one account of a voucher and puts them into another. Append-only.
create table entries (
  id bigint generated always as identity primary key,
  voucher_id uuid not null references vouchers,
  programme_id integer not null references programmes,
  note_id bytea references notes (id),
  kind text not null check (kind in (
    'grant', 'issue', 'retire', 'accept', 'undo', 'refund', 'expire', 'revoke', 'rest', 'unrest')),
  from_account text not null check (from_account in ('budget', 'left', 'spent', 'expired')),
  to_account text not null check (to_account in ('left', 'spent', 'expired', 'revoked')),
  cents bigint not null check (cents > 0),
  act_id uuid not null,
  at timestamptz not null default now(),
  check (from_account <> to_account or kind in ('issue', 'retire'))
);
create index on entries (voucher_id);
create index on entries (note_id);
create trigger entries_append_only before update or delete or truncate on entries
  for each statement execute function access_log_is_append_only();
