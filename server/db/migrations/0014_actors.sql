-- Row-level security by actor. Each request works in a role of the database that has the tables it needs and no others,
-- and of those the rows that are its actor's. The server's own work (the clock, the chain, signing in) has the owner's
-- rights. A table that is added later is nobody's until it is granted here.
--
--   kipina_wallet    kipina.actor is the mailbox
--   kipina_till      the merchant
--   kipina_desk      the worker
--   kipina_approver  the second person; kipina.organisation says whose decisions wait for them
--   kipina_office    finance, officers, auditors: sums and shops, never a case or whose voucher it is

-- Roles belong to the whole cluster, so they may be there already, or be made by somebody else at this moment.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['kipina_wallet', 'kipina_till', 'kipina_desk', 'kipina_approver', 'kipina_office'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin', wanted);
      end if;
    exception when duplicate_object or unique_violation then null;
    end;
    begin
      execute format('set local role %I', wanted);
      reset role;
    exception when insufficient_privilege then
      execute format('grant %I to current_user', wanted);
    end;
    execute format('grant usage on schema public to %I', wanted);
  end loop;
end $$;

create function acting_for() returns text language sql stable as
  $$ select nullif(current_setting('kipina.actor', true), '') $$;
create function acting_in() returns text language sql stable as
  $$ select nullif(current_setting('kipina.organisation', true), '') $$;

-- Everybody: what they did is written down, and what is known to all.
grant insert on access_log to kipina_wallet, kipina_till, kipina_desk, kipina_approver, kipina_office;
grant select on organisations, programmes, merchants
  to kipina_wallet, kipina_till, kipina_desk, kipina_approver, kipina_office;

-- The desk and its second person.
alter table cases enable row level security;
alter table needs enable row level security;
alter table decisions enable row level security;
alter table staff_days enable row level security;
create index on cases (worker_id);
create index on needs (case_id);
create index on decisions (state) where state = 'waiting_for_second';

grant select, insert, update on cases, needs, decisions to kipina_desk;
create policy desk_own on cases to kipina_desk
  using (worker_id = (select acting_for()::uuid) and organisation_id = (select acting_in()));
create policy desk_own on needs to kipina_desk using (case_id in (select id from cases));
create policy desk_own on decisions to kipina_desk using (case_id in (select id from cases));

-- Asks the table behind the policies, which would ask each other in a circle.
create function cases_to_review() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select case_id from decisions where state = 'waiting_for_second' or approved_by = acting_for()::uuid
$$;
revoke execute on function cases_to_review() from public;
grant execute on function cases_to_review() to kipina_approver;
grant select on cases, needs to kipina_approver;
grant select, update on decisions to kipina_approver;
create policy approver_waiting on cases to kipina_approver
  using (organisation_id = (select acting_in()) and id in (select cases_to_review()));
create policy approver_waiting on decisions to kipina_approver
  using (case_id in (select id from cases)
    and (state = 'waiting_for_second' or approved_by = (select acting_for()::uuid)));
create policy approver_waiting on needs to kipina_approver using (id in (select need_id from decisions));

grant select, insert, update on staff_days to kipina_desk, kipina_approver;
create policy own on staff_days to kipina_desk, kipina_approver using (staff_id = (select acting_for()::uuid));
grant select (id, name) on staff to kipina_desk, kipina_approver;
grant insert on mailboxes to kipina_desk;
grant select, insert, delete on enrolment_codes to kipina_desk;

-- Vouchers and their notes. Which are a case's stands in its sealed envelope, so the desk and the till are shown all that
-- they have the id of; a phone is shown its own mailbox.
alter table mailboxes enable row level security;
alter table wallets enable row level security;
alter table address_stock enable row level security;
alter table vouchers enable row level security;
alter table notes enable row level security;
alter table entries enable row level security;
alter table sheets enable row level security;

grant select, insert on vouchers to kipina_desk, kipina_approver;
grant select on vouchers to kipina_wallet, kipina_till;
grant update (valid_until, spent_cents, left_cents, expired_cents, revoked_cents) on vouchers
  to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
grant select, insert, update on notes to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
grant insert on entries to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
grant update (granted_cents, spent_cents, left_cents, expired_cents, revoked_cents, uncovered_cents) on programmes
  to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
grant select on mailboxes, wallets, address_stock to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
grant insert on address_stock to kipina_wallet;
grant update (note_id) on address_stock to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
grant select on sheets to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
-- Whoever locks a row needs the right to change it; the policies below let them lock it, and no more.
grant update (organisation_id) on mailboxes to kipina_wallet, kipina_till, kipina_desk, kipina_approver;
grant update (state) on sheets to kipina_wallet, kipina_till, kipina_desk, kipina_approver;

create policy wallet_own on mailboxes for select to kipina_wallet using (id = (select acting_for()::uuid));
create policy wallet_lock on mailboxes for update to kipina_wallet using (id = (select acting_for()::uuid)) with check (false);
create policy any_of on mailboxes for select to kipina_till, kipina_desk, kipina_approver using (true);
create policy desk_make on mailboxes for insert to kipina_desk with check (organisation_id = (select acting_in()));
create policy lock on mailboxes for update to kipina_till, kipina_desk, kipina_approver
  using (true) with check (false);
create policy wallet_own on wallets to kipina_wallet using (mailbox_id = (select acting_for()::uuid));
create policy any_of on wallets for select to kipina_till, kipina_desk, kipina_approver using (true);
create policy wallet_own on address_stock to kipina_wallet using (wallet_id in (select id from wallets));
create policy any_of on address_stock to kipina_till, kipina_desk, kipina_approver using (true);
create policy wallet_own on vouchers to kipina_wallet using (mailbox_id = (select acting_for()::uuid));
create policy any_of on vouchers to kipina_till, kipina_desk, kipina_approver using (true);
create policy wallet_own on notes to kipina_wallet using (voucher_id in (select id from vouchers));
create policy any_of on notes to kipina_till, kipina_desk, kipina_approver using (true);
create policy wallet_own on entries to kipina_wallet using (voucher_id in (select id from vouchers));
create policy any_of on entries to kipina_till, kipina_desk, kipina_approver using (true);
create policy read on sheets for select to kipina_wallet, kipina_till, kipina_desk, kipina_approver using (true);
create policy lock on sheets for update to kipina_wallet, kipina_till, kipina_desk, kipina_approver
  using (true) with check (false);

-- Purchases: a shop is shown its own, a phone what it paid with its own notes, the desk none.
alter table tills enable row level security;
alter table charges enable row level security;
alter table payments enable row level security;
alter table acceptances enable row level security;
alter table refunds enable row level security;
alter table given_up_spends enable row level security;

grant select on tills to kipina_wallet, kipina_till;
grant update (state) on tills to kipina_wallet, kipina_till;
grant select, insert, update on charges to kipina_wallet, kipina_till;
grant select, insert on payments to kipina_wallet, kipina_till;
grant update on payments, acceptances to kipina_till;
grant select, insert on acceptances to kipina_wallet, kipina_till;
grant select, insert on refunds to kipina_till;
grant select on given_up_spends to kipina_wallet, kipina_till;
grant insert on given_up_spends to kipina_wallet;

create policy wallet_read on tills for select to kipina_wallet using (true);
create policy wallet_lock on tills for update to kipina_wallet using (true) with check (false);
create policy till_own on tills for select to kipina_till using (merchant_id = (select acting_for()::integer));
create policy till_lock_own on tills for update to kipina_till
  using (merchant_id = (select acting_for()::integer)) with check (false);
-- A phone has a charge's nonce from the till; who does not have it asks for none.
create policy wallet_any on charges to kipina_wallet using (true);
create policy till_own on charges to kipina_till using (merchant_id = (select acting_for()::integer));
create policy wallet_own on payments for select to kipina_wallet using (id in (select payment_id from acceptances));
create policy wallet_make on payments for insert to kipina_wallet with check (true);
create policy till_own on payments to kipina_till using (merchant_id = (select acting_for()::integer));
create policy wallet_own on acceptances to kipina_wallet using (note_id in (select id from notes));
create policy till_own on acceptances to kipina_till using (merchant_id = (select acting_for()::integer));
create policy till_own on refunds to kipina_till using (merchant_id = (select acting_for()::integer));
create policy wallet_own on given_up_spends to kipina_wallet using (note_id in (select id from notes));
create policy till_any on given_up_spends to kipina_till using (true);

-- A phone that pays takes the till's next number, and sees none of its other receipts.
create function next_receipt_number(of_till integer) returns integer
  language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(max(receipt_number), 0) + 1 from payments where till_id = of_till
$$;
revoke execute on function next_receipt_number(integer) from public;
grant execute on function next_receipt_number(integer) to kipina_wallet, kipina_till;

-- The office: programmes, shops and what these are paid, of its own organisation. Of purchases the amounts: neither whose
-- they were, nor what was signed.
alter table programmes enable row level security;
alter table merchants enable row level security;
alter table fundings enable row level security;
alter table till_codes enable row level security;
alter table settlements enable row level security;
alter table settlement_lines enable row level security;

create policy read on programmes for select
  to kipina_wallet, kipina_till, kipina_desk, kipina_approver, kipina_office using (true);
create policy count on programmes for update to kipina_wallet, kipina_till, kipina_desk, kipina_approver using (true);
create policy read on merchants for select
  to kipina_wallet, kipina_till, kipina_desk, kipina_approver, kipina_office using (true);

grant insert on programmes to kipina_office;
create policy office_open on programmes for insert to kipina_office with check (organisation_id = (select acting_in()));
grant insert, update on merchants to kipina_office;
create policy office_own on merchants to kipina_office using (organisation_id = (select acting_in()));
grant select, insert on fundings to kipina_office;
create policy office_own on fundings to kipina_office
  using (programme_id in (select id from programmes where organisation_id = (select acting_in())));
grant select, insert on till_codes to kipina_office;
create policy office_own on till_codes to kipina_office
  using (merchant_id in (select id from merchants where organisation_id = (select acting_in())));
grant select on tills to kipina_office;
create policy office_own on tills for select to kipina_office
  using (merchant_id in (select id from merchants where organisation_id = (select acting_in())));

grant select (id, name, organisation_id) on staff to kipina_office;
grant select, insert, update on settlements, settlement_lines, statement_entries to kipina_office;
create policy office_own on settlements to kipina_office
  using (created_by in (select id from staff where organisation_id = (select acting_in())));
create policy office_own on settlement_lines to kipina_office using (settlement_id in (select id from settlements));
grant select (note_id, payment_id, merchant_id, programme_id, amount_cents, refunded_cents, state, settlement_line_id),
  update (settlement_line_id) on acceptances to kipina_office;
create policy office_own on acceptances to kipina_office
  using (merchant_id in (select id from merchants where organisation_id = (select acting_in())));
grant select (id, note_id, merchant_id, programme_id, cents, state, settlement_line_id, refunded_before_cents),
  update (settlement_line_id) on refunds to kipina_office;
create policy office_own on refunds to kipina_office
  using (merchant_id in (select id from merchants where organisation_id = (select acting_in())));
-- What it orders goes to the chain, and what the chain told is for all to see.
grant insert, select (id, subject) on outbox to kipina_office;
grant select on chain_logs to kipina_office;
