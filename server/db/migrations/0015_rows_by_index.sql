-- A condition `x in (select …)` of a policy is no join: PostgreSQL works out the whole list and then looks at every row of the
-- table for it. `x = any (array(select …))` works the list out first and finds its rows by an index, so that what a phone or a
-- worker reads costs what it shows, and not what the town holds.

create index on wallets (mailbox_id);

alter policy desk_own on needs using (case_id = any (array(select id from cases)));
alter policy desk_own on decisions using (case_id = any (array(select id from cases)));
alter policy approver_waiting on cases
  using (organisation_id = (select acting_in()) and id = any (array(select cases_to_review())));
alter policy approver_waiting on decisions
  using (case_id = any (array(select id from cases))
    and (state = 'waiting_for_second' or approved_by = (select acting_for()::uuid)));
alter policy approver_waiting on needs using (id = any (array(select need_id from decisions)));

-- A phone's rows hang on each other over three tables. Policies that ask one another would make PostgreSQL plan the whole chain
-- for each table of a statement, at each reading; what a function of PL/pgSQL asks is planned once by a connection.
create function own_wallets() returns uuid[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select id from wallets where mailbox_id = acting_for()::uuid);
end $$;
create function own_vouchers() returns uuid[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select id from vouchers where mailbox_id = acting_for()::uuid);
end $$;
create function own_notes() returns bytea[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select notes.id from notes join vouchers on vouchers.id = notes.voucher_id
    where vouchers.mailbox_id = acting_for()::uuid);
end $$;
create function own_payments() returns bytea[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select acceptances.payment_id from acceptances join notes on notes.id = acceptances.note_id
    join vouchers on vouchers.id = notes.voucher_id where vouchers.mailbox_id = acting_for()::uuid);
end $$;
revoke execute on function own_wallets(), own_vouchers(), own_notes(), own_payments() from public;
grant execute on function own_wallets(), own_vouchers(), own_notes(), own_payments() to kipina_wallet;

alter policy wallet_own on address_stock using (wallet_id = any ((select own_wallets())::uuid[]));
alter policy wallet_own on notes using (voucher_id = any ((select own_vouchers())::uuid[]));
alter policy wallet_own on entries using (voucher_id = any ((select own_vouchers())::uuid[]));
alter policy wallet_own on acceptances using (note_id = any ((select own_notes())::bytea[]));
alter policy wallet_own on given_up_spends using (note_id = any ((select own_notes())::bytea[]));
alter policy wallet_own on payments using (id = any ((select own_payments())::bytea[]));
