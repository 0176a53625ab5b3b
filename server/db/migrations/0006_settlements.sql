-- Paying merchants: final or guaranteed acceptances only, each in at most one settlement.

create table settlements (
  id uuid primary key,
  state text not null check (state in ('draft', 'once_approved', 'approved', 'ready', 'filed', 'done', 'dropped')),
  created_by uuid not null references staff,
  first_approved_by uuid references staff,
  second_approved_by uuid references staff check (second_approved_by <> first_approved_by),
  created_at timestamptz not null,
  execution_date date not null
);

create table settlement_lines (
  id uuid primary key,
  settlement_id uuid not null references settlements,
  merchant_id integer not null references merchants,
  cents bigint not null check (cents > 0),
  iban text not null,
  creditor_name text not null,
  bank_reference text not null,
  end_to_end_id text not null unique check (length(end_to_end_id) <= 35),
  chain_ref bytea not null unique check (octet_length(chain_ref) = 32),
  state text not null check (state in ('draft', 'settling', 'ready', 'paid', 'returned')),
  unique (settlement_id, merchant_id)
);
alter table acceptances add foreign key (settlement_line_id) references settlement_lines;
alter table refunds add foreign key (settlement_line_id) references settlement_lines;

create table statement_entries (
  entry_reference text primary key,
  line_id uuid references settlement_lines,
  kind text not null check (kind in ('paid', 'returned', 'unmatched')),
  cents bigint not null check (cents > 0),
  end_to_end_id text,
  booked_on date not null,
  statement_id text not null
);
