-- People and organisations. Nothing here says who a youth is: names live in the vault, and the way from a case to a
-- mailbox is sealed under the person's own key (cases.sealed), so that no join of tables leads from a case to a payment.

create table organisations (
  id text primary key check (id ~ '^[a-z0-9-]{2,40}$'),
  kind text not null check (kind in ('wellbeing_county', 'municipality', 'parish', 'association')),
  name jsonb not null,
  municipality text not null,
  phone text not null,
  created_at timestamptz not null default now()
);

create table staff (
  id uuid primary key,
  organisation_id text not null references organisations,
  subject text not null unique,
  name text not null,
  roles text[] not null,
  decision_limit_cents bigint not null default 0 check (decision_limit_cents >= 0),
  signer_address bytea unique check (octet_length(signer_address) = 20),
  is_active boolean not null default true
);

-- What a worker granted on one day, so that a limit holds without a row that joins worker, case and voucher.
create table staff_days (
  staff_id uuid not null references staff,
  day date not null,
  decided_cents bigint not null check (decided_cents >= 0),
  primary key (staff_id, day)
);

create table sign_in_nonces (
  nonce text primary key,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table sessions (
  token_hash bytea primary key,
  actor text not null check (actor in ('wallet', 'till', 'staff')),
  actor_id text not null,
  organisation_id text not null references organisations,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index on sessions (actor, actor_id) where revoked_at is null;

create table cases (
  id uuid primary key,
  organisation_id text not null references organisations,
  worker_id uuid not null references staff,
  pseudonym text not null check (length(pseudonym) between 1 and 60),
  age_band text not null check (age_band in ('under_12', '12_14', '15_17', '18_plus')),
  municipality text not null,
  language text not null check (language in ('fi', 'sv', 'en')),
  sealed bytea not null,
  created_at timestamptz not null,
  unique (organisation_id, pseudonym)
);

create table needs (
  id uuid primary key,
  case_id uuid not null references cases,
  programme_id integer not null,
  sealed bytea not null,
  rule_set text,
  outcome text check (outcome in ('meets_criteria', 'does_not_meet', 'needs_information')),
  created_by uuid not null references staff,
  created_at timestamptz not null
);

-- Amounts and the voucher of a decision are inside `sealed`: the case side keeps them under the person's key.
create table decisions (
  id uuid primary key,
  need_id uuid not null unique references needs,
  case_id uuid not null references cases,
  outcome text not null check (outcome in ('granted', 'refused')),
  state text not null check (state in ('waiting_for_second', 'decided', 'turned_down', 'ended')),
  is_emergency boolean not null default false,
  decided_by uuid not null references staff,
  approved_by uuid references staff check (approved_by <> decided_by),
  sealed bytea not null,
  decided_at timestamptz not null
);
create index on decisions (case_id);

create table mailboxes (
  id uuid primary key,
  organisation_id text not null references organisations
);

create table wallets (
  id uuid primary key,
  mailbox_id uuid not null references mailboxes,
  organisation_id text not null references organisations,
  address bytea not null unique check (octet_length(address) = 20),
  state text not null check (state in ('active', 'replaced', 'frozen'))
);
create unique index one_active_wallet on wallets (mailbox_id) where state = 'active';

-- A row is gone once it is used, and ends at a full hour: its time would join a mailbox to the log of a case.
create table enrolment_codes (
  code_hash bytea primary key,
  mailbox_id uuid not null references mailboxes,
  expires_at timestamptz not null
);

create table access_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  actor_id text not null,
  action text not null,
  subject text not null
);
create function access_log_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'access_log is append-only';
end $$;
create trigger access_log_append_only before update or delete or truncate on access_log
  for each statement execute function access_log_is_append_only();
