-- The outbox: nonce and signed bytes are fixed in the SQL transaction that takes the lane, before any broadcast.

create table chain_deployment (
  chain_id bigint primary key,
  budget_token bytea not null,
  merchant_registry bytea not null,
  vouchers bytea not null,
  deployed_at_block bigint not null,
  genesis_hash bytea not null,
  -- Written before the first transaction with the addresses that the contracts will have, so that a deployment cut short goes on.
  is_complete boolean not null default false
);

create table lanes (
  name text primary key,
  address bytea not null unique,
  next_nonce bigint not null check (next_nonce >= 0)
);

create table outbox (
  id bigint generated always as identity primary key,
  -- What it is for, once: 'cut:<sheet>', 'redeem:<batch>', 'settle:<run>' ...
  subject text not null unique,
  kind text not null,
  lane text not null references lanes (name),
  target text not null check (target in ('vouchers', 'merchantRegistry', 'budgetToken')),
  call jsonb not null,
  state text not null check (state in ('queued', 'signed', 'mined', 'final', 'reverted')),
  nonce bigint,
  raw bytea,
  hash bytea unique,
  earlier_hashes bytea[] not null default '{}',
  block_number bigint,
  block_hash bytea,
  because text,
  created_at timestamptz not null default now(),
  unique (lane, nonce)
);
create index on outbox (state) where state <> 'final';

create table chain_logs (
  chain_id bigint not null,
  transaction_hash bytea not null,
  log_index integer not null,
  -- Where in its log, when one log tells of many redemptions.
  part integer not null,
  block_number bigint not null,
  block_hash bytea not null,
  contract text not null,
  event text not null,
  args jsonb not null,
  primary key (chain_id, transaction_hash, log_index, part)
);
create index on chain_logs (event);

create table chain_cursor (
  chain_id bigint primary key,
  indexed_block bigint not null
);
