-- The audit log. An act writes one row of access_log, in its own transaction, and waits for nobody. One writer moves what
-- has been committed into audit_log, gives it the next position and a hash over the row before and this one. Whatever
-- commits late is still in access_log at the next turn: no row is found by its number, so none can be passed over.

alter table access_log add column details text not null default '{}';

create table audit_log (
  position bigint primary key check (position > 0),
  -- access_log.id: taken in the transaction of the act, so neither dense nor in the order of the commits.
  entry bigint not null,
  at timestamptz not null,
  actor text not null,
  actor_id text not null,
  action text not null,
  subject text not null,
  -- JSON as text: what is hashed is these bytes. Never a word about a person.
  details text not null,
  hash bytea not null check (octet_length(hash) = 32)
);

create table audit_head (
  is_the_one boolean primary key default true check (is_the_one),
  position bigint not null default 0 check (position >= 0),
  hash bytea not null default sha256('kipina audit log 1') check (octet_length(hash) = 32),
  -- What was ordered to be anchored on chain last.
  anchored_position bigint not null default 0 check (anchored_position between 0 and position),
  anchored_at timestamptz
);
insert into audit_head default values;

-- A row may leave access_log in one way only: it stands in audit_log, behind the head that its mover is about to set.
create function access_log_is_moved_only() returns trigger language plpgsql as $$
declare
  head bigint := (select position from audit_head);
  moved bigint := (select count(*) from gone);
begin
  if exists (
    select from gone g
      left join (select * from audit_log where position between head + 1 and head + moved) l
        on l.entry = g.id and l.at = g.at and l.actor = g.actor and l.actor_id = g.actor_id
          and l.action = g.action and l.subject = g.subject and l.details = g.details
    where l.position is null) then
    raise exception 'access_log is append-only';
  end if;
  return null;
end $$;
drop trigger access_log_append_only on access_log;
create trigger access_log_append_only before update or truncate on access_log
  for each statement execute function access_log_is_append_only();
create trigger access_log_moved_only after delete on access_log
  referencing old table as gone for each statement execute function access_log_is_moved_only();

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function audit_is_append_only();
create trigger audit_head_stays before delete or truncate on audit_head
  for each statement execute function audit_is_append_only();

create function audit_head_only_grows() returns trigger language plpgsql as $$
begin
  if new.position < old.position or (new.position = old.position) <> (new.hash = old.hash) then
    raise exception 'audit_head only grows';
  end if;
  return new;
end $$;
create trigger audit_head_grows before update on audit_head for each row execute function audit_head_only_grows();

-- Only the writer adds rows: it sets the head to the last one in the same transaction. A row put behind the head by
-- somebody else would have the number of the writer's next one, and stop it; so would a head that is ahead.
create function audit_log_ends_at_head() returns trigger language plpgsql as $$
begin
  if (select coalesce(max(position), 0) from audit_log) <> (select position from audit_head) then
    raise exception 'audit_log ends at its head';
  end if;
  return null;
end $$;
create constraint trigger audit_log_ends_at_head after insert on audit_log
  deferrable initially deferred for each row execute function audit_log_ends_at_head();
create constraint trigger audit_head_is_the_end after update of position on audit_head
  deferrable initially deferred for each row execute function audit_log_ends_at_head();

-- Staff and organisations are put in by hand, so their changes are logged here: who may do what now and before, and which
-- columns changed; never a name.
create function rights_in(of_row jsonb) returns jsonb language sql immutable as $$
  select case when of_row is not null then jsonb_build_object(
    'organisation', of_row->'organisation_id', 'roles', of_row->'roles', 'limitCents', of_row->'decision_limit_cents',
    'signer', of_row->'signer_address', 'isActive', of_row->'is_active') end
$$;
create function log_rights() returns trigger language plpgsql as $$
declare
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  is_now jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  did text := case tg_op when 'INSERT' then 'added ' when 'UPDATE' then 'changed ' else 'removed ' end;
  changed jsonb := (
    select jsonb_agg(key order by key) from jsonb_each(coalesce(is_now, was)) each
    where is_now->key is distinct from was->key);
begin
  insert into access_log (actor, actor_id, action, subject, details) values (
    'database', session_user, did || tg_table_name, coalesce(is_now, was)->>'id',
    jsonb_strip_nulls(jsonb_build_object(
      'was', rights_in(was), 'now', rights_in(is_now), 'changed', case when tg_op = 'UPDATE' then changed end))::text);
  return null;
end $$;
create trigger staff_log after insert or update or delete on staff for each row execute function log_rights();
create trigger organisations_log after insert or update or delete on organisations
  for each row execute function log_rights();

-- Null: deployed before there was one.
alter table chain_deployment add column audit_anchor bytea check (octet_length(audit_anchor) = 20);
alter table outbox drop constraint outbox_target_check;
alter table outbox add constraint outbox_target_check
  check (target in ('vouchers', 'merchantRegistry', 'budgetToken', 'auditAnchor'));
