-- What a person on call asks, and what a server needs to start while its chain is away.

-- Fixed at deployment; remembered by the first server that has read them.
alter table chain_deployment add column grace_seconds bigint check (grace_seconds > 0);
alter table chain_deployment add column escape_after_seconds bigint check (escape_after_seconds > 0);

-- The most that a call may use, as it was signed: how long a lane's balance lasts follows from it.
alter table outbox add column gas bigint check (gas > 0);
create index on outbox (created_at);

alter table post_state add column stage_since timestamptz;

-- Each run of the reconciliation, as a whole: what differed is named by a run that somebody asks for.
create table reconciliations (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  block bigint not null,
  differences integer not null check (differences >= 0),
  off_cents bigint not null check (off_cents >= 0)
);
create trigger reconciliations_append_only before update or delete or truncate on reconciliations
  for each statement execute function access_log_is_append_only();
