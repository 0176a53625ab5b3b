import { sql } from 'kysely'
import type { Deps } from '../../server/deps.ts'

/** Every cent that is not where invariant 1 says: per voucher, programme and note, from the books and from the notes. */
export async function faultsInBooks({ db }: Pick<Deps, 'db'>): Promise<unknown[]> {
  const checks = [
    sql`select 'voucher against its entries' as what, v.id::text as id from vouchers v
      left join lateral (
        select
          coalesce(sum(cents) filter (where kind = 'grant'), 0) as granted,
          coalesce(sum(case when to_account = 'left' then cents else 0 end), 0)
            - coalesce(sum(case when from_account = 'left' then cents else 0 end), 0) as left_sum,
          coalesce(sum(case when to_account = 'spent' then cents else 0 end), 0)
            - coalesce(sum(case when from_account = 'spent' then cents else 0 end), 0) as spent,
          coalesce(sum(cents) filter (where to_account = 'expired'), 0)
            - coalesce(sum(cents) filter (where from_account = 'expired'), 0) as expired,
          coalesce(sum(cents) filter (where to_account = 'revoked'), 0) as revoked
        from entries e where e.voucher_id = v.id
      ) e on true
      where (v.granted_cents, v.left_cents, v.spent_cents, v.expired_cents, v.revoked_cents)
        is distinct from (e.granted::bigint, e.left_sum::bigint, e.spent::bigint, e.expired::bigint, e.revoked::bigint)`,
    sql`select 'voucher against its notes' as what, v.id::text as id from vouchers v
      where v.left_cents <> (select coalesce(sum(face_cents), 0) from notes n where n.voucher_id = v.id and n.state = 'open')
        or v.spent_cents <> (
          select coalesce(sum(a.amount_cents - a.refunded_cents), 0) from acceptances a
          join notes n on n.id = a.note_id where n.voucher_id = v.id and a.state <> 'undone')`,
    sql`select 'programme against its vouchers' as what, p.id::text as id from programmes p
      left join lateral (
        select coalesce(sum(granted_cents), 0) g, coalesce(sum(left_cents), 0) l, coalesce(sum(spent_cents), 0) s,
          coalesce(sum(expired_cents), 0) e, coalesce(sum(revoked_cents), 0) r
        from vouchers v where v.programme_id = p.id
      ) v on true
      where (p.granted_cents, p.left_cents, p.spent_cents, p.expired_cents, p.revoked_cents)
        is distinct from (v.g::bigint, v.l::bigint, v.s::bigint, v.e::bigint, v.r::bigint)`,
    sql`select 'uncovered' as what, p.id::text as id from programmes p where p.uncovered_cents <> (
      select coalesce(sum(amount_cents), 0) from acceptances a where a.programme_id = p.id and a.is_uncovered)`,
    sql`select 'note against its entries' as what, encode(n.id, 'hex') as id from notes n
      where case when n.state = 'open' then n.face_cents else 0 end <> (
        select coalesce(sum(case e.kind when 'issue' then cents when 'retire' then -cents else 0 end), 0)
        from entries e where e.note_id = n.id)`,
    sql`select 'acceptance against its entries' as what, encode(a.note_id, 'hex') as id from acceptances a
      where case when a.state = 'undone' then 0 else a.amount_cents - a.refunded_cents end <> (
        select coalesce(sum(case when to_account = 'spent' then cents when from_account = 'spent' then -cents else 0 end), 0)
        from entries e where e.note_id = a.note_id)`,
    sql`select 'payment against its acceptances' as what, encode(p.id, 'hex') as id from payments p
      where p.price_cents <> (select sum(amount_cents) from acceptances a where a.payment_id = p.id)
        or p.refunded_cents <> (select sum(refunded_cents) from acceptances a where a.payment_id = p.id)
        or p.refunded_cents <> (select coalesce(sum(cents), 0) from refunds r where r.payment_id = p.id)
        or exists (select from acceptances a where a.payment_id = p.id and (a.state = 'undone') <> (p.state = 'undone'))`,
    sql`select 'note state against its acceptance' as what, encode(n.id, 'hex') as id from notes n
      left join acceptances a on a.note_id = n.id
      where coalesce(a.state, 'none') <> case when n.state in ('open', 'retired') then 'none' else n.state end`,
    sql`select 'holder of another mailbox' as what, encode(n.id, 'hex') as id from notes n
      join vouchers v on v.id = n.voucher_id join address_stock s on s.address = n.holder join wallets w on w.id = s.wallet_id
      where w.mailbox_id <> v.mailbox_id or s.note_id is distinct from n.id`,
    sql`select 'open note of a dead phone' as what, encode(n.id, 'hex') as id from notes n
      join address_stock s on s.address = n.holder join wallets w on w.id = s.wallet_id
      where n.state = 'open' and w.state <> 'active'`,
  ]
  const found = []
  for (const check of checks) found.push(...(await check.execute(db)).rows)
  return found
}
