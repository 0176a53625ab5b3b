-- Programmes, and the merchants that take part.

create table programmes (
  id integer primary key check (id > 0),
  organisation_id text not null references organisations,
  name jsonb not null,
  label jsonb not null,
  kind text not null check (kind in ('value', 'service')),
  mode text not null check (mode in ('full', 'reference')),
  is_universal boolean not null default false,
  purposes smallint not null check (purposes between 1 and 255),
  rule_set text,
  templates jsonb not null default '[]',
  most_per_grant_cents bigint not null check (most_per_grant_cents > 0),
  daily_limit_cents bigint not null check (daily_limit_cents > 0),
  undo_seconds integer check (undo_seconds >= 0),
  -- Final on chain:
  budget_cents bigint not null default 0 check (budget_cents >= 0),
  float_cents bigint not null default 0 check (float_cents >= 0),
  guarantee_cents bigint not null default 0 check (guarantee_cents >= 0),
  reclaimed_cents bigint not null default 0 check (reclaimed_cents >= 0),
  -- Promised here:
  granted_cents bigint not null default 0 check (granted_cents >= 0),
  spent_cents bigint not null default 0 check (spent_cents >= 0),
  left_cents bigint not null default 0 check (left_cents >= 0),
  expired_cents bigint not null default 0 check (expired_cents >= 0),
  revoked_cents bigint not null default 0 check (revoked_cents >= 0),
  -- Accepted for notes that are on no final sheet yet, and what is about to be paid out of the guarantee.
  uncovered_cents bigint not null default 0 check (uncovered_cents >= 0),
  state text not null default 'opening' check (state in ('opening', 'open', 'closed')),
  -- HAZARD: no check compares promises with what is final on chain. That is a fact, also when it takes money from under a
  -- promise, and a fact that cannot be booked would stop the reading of the chain. Each new promise asks for room instead.
  constraint programme_balances check (granted_cents = spent_cents + left_cents + expired_cents + revoked_cents)
);
alter table needs add foreign key (programme_id) references programmes;

create table fundings (
  id uuid primary key,
  programme_id integer not null references programmes,
  bank_reference text not null unique,
  budget_cents bigint not null check (budget_cents >= 0),
  float_cents bigint not null check (float_cents >= 0),
  guarantee_cents bigint not null check (guarantee_cents >= 0),
  state text not null check (state in ('queued', 'final')),
  created_by uuid not null references staff,
  created_at timestamptz not null
);

create table merchants (
  id integer primary key check (id > 0),
  organisation_id text not null references organisations,
  name text not null,
  business_id text not null,
  iban text not null,
  bank_reference text not null unique,
  purposes smallint not null check (purposes between 1 and 255),
  municipality text not null,
  street text not null,
  postal_code text not null,
  latitude double precision,
  longitude double precision,
  state text not null check (state in ('proposed', 'approved', 'suspended')),
  suspended_because text,
  proposed_by uuid not null references staff,
  approved_by uuid references staff check (approved_by <> proposed_by)
);

create table till_codes (
  code_hash bytea primary key,
  merchant_id integer not null references merchants,
  till_name text not null,
  accepts_ahead boolean not null default false,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table tills (
  id integer generated always as identity primary key,
  merchant_id integer not null references merchants,
  name text not null,
  address bytea not null unique check (octet_length(address) = 20),
  accepts_ahead boolean not null default false,
  state text not null check (state in ('active', 'stopped'))
);
