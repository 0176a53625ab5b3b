-- What a till asked, what a holder signed, what the acceptor committed.

create table charges (
  nonce bytea primary key check (octet_length(nonce) = 8),
  merchant_id integer not null references merchants,
  till_id integer not null references tills,
  -- Null only where an offline till cancelled what the server had never heard of.
  price_cents bigint check (price_cents > 0),
  kind text not null check (kind in ('shown', 'typed', 'ahead')),
  state text not null check (state in ('open', 'paid', 'cancelled')),
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  check (price_cents is not null or state = 'cancelled')
);

-- Spends that their holder gave up before they were accepted: nothing is ever accepted for such a note and nonce.
create table given_up_spends (
  note_id bytea not null references notes (id),
  nonce bytea not null check (octet_length(nonce) = 8),
  primary key (note_id, nonce)
);

-- One purchase: one to three notes, all or nothing. Its receipt is the programme's debt from the commit on.
create table payments (
  id bytea primary key check (octet_length(id) = 16),
  nonce bytea not null unique references charges (nonce),
  merchant_id integer not null references merchants,
  till_id integer not null references tills,
  receipt_number integer not null,
  price_cents bigint not null check (price_cents > 0),
  refunded_cents bigint not null default 0 check (refunded_cents between 0 and price_cents),
  state text not null check (state in ('accepted', 'undone')),
  -- Paid ahead: has the till handed over the goods?
  ahead text check (ahead in ('waiting', 'used', 'unused')),
  receipt jsonb not null,
  accepted_at timestamptz not null,
  undo_until timestamptz not null,
  undone_at timestamptz,
  unique (till_id, receipt_number)
);
create index on payments (merchant_id, accepted_at);

create table acceptances (
  note_id bytea primary key references notes (id),
  payment_id bytea not null references payments (id),
  programme_id integer not null references programmes,
  merchant_id integer not null references merchants,
  amount_cents bigint not null check (amount_cents > 0),
  most_cents bigint not null check (most_cents >= amount_cents),
  deadline timestamptz not null,
  commitment bytea not null check (octet_length(commitment) = 16),
  signature bytea not null check (octet_length(signature) = 65),
  receipt_details bytea not null check (octet_length(receipt_details) = 32),
  receipt_signature bytea not null check (octet_length(receipt_signature) = 65),
  refunded_cents bigint not null default 0 check (refunded_cents between 0 and amount_cents),
  state text not null check (state in ('accepted', 'posted', 'final', 'undone', 'guaranteed')),
  -- Not before this moment: the undo window, and an evening of its own for each note of a payment.
  post_after timestamptz not null,
  -- Refused by the chain for good (the reason it gave): waits for the guarantee.
  skipped text,
  is_uncovered boolean not null default false,
  revoke_state text check (revoke_state in ('wanted', 'queued', 'final')),
  settlement_line_id uuid
);
create index on acceptances (state, post_after);
create index on acceptances (payment_id);

create table refunds (
  -- Stands on chain: random, so that nothing there joins two refunds of one request.
  id bytea primary key check (octet_length(id) = 16),
  -- The till's, the same for every note of one refund: makes a repeat harmless.
  request_id bytea not null check (octet_length(request_id) = 16),
  note_id bytea not null references acceptances (note_id),
  payment_id bytea not null references payments (id),
  merchant_id integer not null references merchants,
  programme_id integer not null references programmes,
  cents bigint not null check (cents > 0),
  state text not null check (state in ('queued', 'final')),
  settlement_line_id uuid,
  created_at timestamptz not null,
  unique (request_id, note_id)
);
create index on refunds (payment_id);
