import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../db/transaction.ts'
import { endedUnsheetedOf, takenBackOf } from '../post/post.ts'
import type { Findings } from './findings.ts'

interface Row {
  what: string
  programme: number | null
  note: string | null
  expected: bigint
  found: bigint
}

const sum = (from: RawBuilder<unknown>) => sql`coalesce((${from}), 0)`

/**
 * INVARIANT 1, inside the database: every counter against the entries that made it, note by note first, so that a cent
 * changed by hand names its note.
 */
export async function compareBooks(tx: Tx, findings: Findings): Promise<void> {
  const checks = [...noteChecks, ...acceptanceChecks, ...voucherChecks, ...programmeChecks]
  for (const check of checks) {
    const { rows } = await check.execute(tx)
    for (const { what, programme, note, expected, found } of rows as Row[]) {
      findings.compare({ invariant: 1, what, programme, note }, expected, found)
    }
  }
}

const noteChecks = [
  sql`
    select 'face of a note against its issue' as what, v.programme_id as programme, '0x' || encode(n.id, 'hex') as note,
      e.issued as expected, n.face_cents as found
    from notes n join vouchers v on v.id = n.voucher_id
      cross join lateral (
        select coalesce(sum(cents) filter (where kind = 'issue'), 0)::bigint as issued from entries where note_id = n.id) e
    where e.issued <> n.face_cents`,
  sql`
    select 'what is retired of a note against its state' as what, v.programme_id as programme,
      '0x' || encode(n.id, 'hex') as note,
      case when n.state = 'open' then 0 else n.face_cents end as expected, e.retired as found
    from notes n join vouchers v on v.id = n.voucher_id
      cross join lateral (
        select coalesce(sum(cents) filter (where kind = 'retire'), 0)::bigint as retired from entries where note_id = n.id) e
    where e.retired <> case when n.state = 'open' then 0 else n.face_cents end`,
  sql`
    select 'cap of a note against its face' as what, v.programme_id as programme, '0x' || encode(n.id, 'hex') as note,
      c.step as expected, n.cap_cents as found
    from notes n join vouchers v on v.id = n.voucher_id
      cross join lateral (
        select case when n.face_cents <= 500 then 500 when n.face_cents <= 1000 then 1000
          when n.face_cents <= 2000 then 2000 else 5000 end as step) c
    where n.cap_cents <> c.step`,
  sql`
    select 'what is locked for a note against its face or acceptance' as what, v.programme_id as programme,
      '0x' || encode(n.id, 'hex') as note, coalesce(a.amount_cents, n.face_cents) as expected, n.locked_cents as found
    from notes n join vouchers v on v.id = n.voucher_id left join acceptances a on a.note_id = n.id
    where n.locked_cents is not null and n.locked_cents <> n.face_cents
      and n.locked_cents is distinct from a.amount_cents`,
  sql`
    select 'what ended with a note against its state' as what, v.programme_id as programme,
      '0x' || encode(n.id, 'hex') as note, x.expected, e.ended as found
    from notes n join vouchers v on v.id = n.voucher_id join programmes p on p.id = v.programme_id
      left join acceptances a on a.note_id = n.id
      cross join lateral (select (case
        when n.retired_because in ('expired', 'revoked') then n.face_cents
        when a.state <> 'undone' and p.kind = 'service' then n.face_cents - a.amount_cents
        else 0 end)::bigint as expected) x
      cross join lateral (
        select (coalesce(sum(cents) filter (where kind in ('expire', 'revoke', 'rest')), 0)
          - coalesce(sum(cents) filter (where kind = 'unrest'), 0))::bigint as ended
        from entries where note_id = n.id) e
    where e.ended <> x.expected`,
]

const acceptanceChecks = [
  sql`
    select 'amount of an acceptance against its entry' as what, a.programme_id as programme,
      '0x' || encode(a.note_id, 'hex') as note, e.accepted as expected, a.amount_cents as found
    from acceptances a
      cross join lateral (
        select coalesce(sum(cents) filter (where kind = 'accept'), 0)::bigint as accepted
        from entries where note_id = a.note_id) e
    where e.accepted <> a.amount_cents`,
  sql`
    select 'what came back of an acceptance against its entries' as what, a.programme_id as programme,
      '0x' || encode(a.note_id, 'hex') as note, e.back as expected,
      case when a.state = 'undone' then a.amount_cents else a.refunded_cents end as found
    from acceptances a
      cross join lateral (
        select coalesce(sum(cents) filter (where kind in ('undo', 'refund')), 0)::bigint as back
        from entries where note_id = a.note_id) e
    where e.back <> case when a.state = 'undone' then a.amount_cents else a.refunded_cents end`,
  sql`
    select 'refunds of an acceptance against what it says' as what, a.programme_id as programme,
      '0x' || encode(a.note_id, 'hex') as note, a.refunded_cents as expected, r.cents as found
    from acceptances a
      cross join lateral (
        select coalesce(sum(cents), 0)::bigint as cents from refunds where note_id = a.note_id) r
    where r.cents <> a.refunded_cents`,
  sql`
    select 'what a refund names as made before against the refunds before it' as what, r.programme_id as programme,
      '0x' || encode(r.note_id, 'hex') as note, b.cents as expected, r.refunded_before_cents as found
    from refunds r
      cross join lateral (
        select coalesce(sum(cents), 0)::bigint as cents from refunds
        where note_id = r.note_id and (created_at, id) < (r.created_at, r.id)) b
    where b.cents <> r.refunded_before_cents`,
  sql`
    select 'price of a payment against its acceptances' as what, a.programme_id as programme, a.note as note,
      a.cents as expected, p.price_cents as found
    from payments p
      cross join lateral (
        select sum(amount_cents)::bigint as cents, min('0x' || encode(note_id, 'hex')) as note,
          min(programme_id) as programme_id
        from acceptances where payment_id = p.id) a
    where a.cents is distinct from p.price_cents`,
  sql`
    select 'refunds of a payment against its acceptances' as what, a.programme_id as programme, a.note as note,
      a.cents as expected, p.refunded_cents as found
    from payments p
      cross join lateral (
        select sum(refunded_cents)::bigint as cents, min('0x' || encode(note_id, 'hex')) as note,
          min(programme_id) as programme_id
        from acceptances where payment_id = p.id) a
    where a.cents is distinct from p.refunded_cents`,
  sql`
    select 'price of a charge against its payment' as what, a.programme_id as programme, a.note as note,
      p.price_cents as expected, c.price_cents as found
    from charges c join payments p on p.nonce = c.nonce
      cross join lateral (
        select min('0x' || encode(note_id, 'hex')) as note, min(programme_id) as programme_id
        from acceptances where payment_id = p.id) a
    where c.price_cents <> p.price_cents`,
]

/** What entries say of an account: what came in, less what went out. */
const account = (name: string) =>
  sql`(coalesce(sum(cents) filter (where to_account = ${name}), 0)
    - coalesce(sum(cents) filter (where from_account = ${name}), 0))::bigint`

const counters = ['left', 'spent', 'expired', 'revoked'] as const
const perVoucher = [
  sql`select 'granted' as name, coalesce(sum(cents) filter (where kind = 'grant'), 0)::bigint as cents`,
  ...counters.map((name) => sql`select ${name} as name, ${account(name)} as cents`),
]

function counterChecks(table: 'vouchers' | 'programmes', key: 'voucher_id' | 'programme_id', programme: string) {
  return perVoucher.map((selected, place) => {
    const name = ['granted', ...counters][place] ?? ''
    const column = sql.ref(`o.${name}_cents`)
    return sql`
      select ${`${name} of a ${table.slice(0, -1)} against its entries`} as what, ${sql.ref(programme)} as programme,
        null as note, e.cents as expected, ${column} as found
      from ${sql.table(table)} o
        cross join lateral (${selected} from entries where ${sql.ref(key)} = o.id) e
      where e.cents <> ${column}`
  })
}

const voucherChecks = [
  ...counterChecks('vouchers', 'voucher_id', 'o.programme_id'),
  sql`
    select 'left of a voucher against its open notes' as what, v.programme_id as programme, null as note,
      n.cents as expected, v.left_cents as found
    from vouchers v
      cross join lateral (
        select coalesce(sum(face_cents), 0)::bigint as cents from notes where voucher_id = v.id and state = 'open') n
    where n.cents <> v.left_cents`,
]

const programmeChecks = [
  ...counterChecks('programmes', 'programme_id', 'o.id'),
  sql`
    select 'granted of a programme above what its budget holds' as what, id as programme, null as note,
      budget_cents + reclaimed_cents as expected, granted_cents as found
    from programmes where granted_cents > budget_cents + reclaimed_cents`,
  sql`
    select 'uncovered of a programme above what its guarantee holds' as what, id as programme, null as note,
      guarantee_cents as expected, uncovered_cents as found
    from programmes where uncovered_cents > guarantee_cents`,
  sql`
    select 'uncovered of a programme against its acceptances' as what, p.id as programme, null as note,
      x.cents as expected, p.uncovered_cents as found
    from programmes p
      cross join lateral (select (
          ${sum(sql`select sum(amount_cents) from acceptances where programme_id = p.id and is_uncovered`)}
        + ${sum(sql`select sum(a.amount_cents) from acceptances a
            join outbox o on o.subject = 'guarantee:0x' || encode(a.note_id, 'hex')
            where a.programme_id = p.id and a.state = 'posted'`)}
        + ${sum(sql`select sum(reserved_cents) from refunds where programme_id = p.id and state = 'queued'`)}
        )::bigint as cents) x
    where x.cents <> p.uncovered_cents`,
  sql`
    select 'reclaimed of a programme against the chain and what ended unseen by it' as what, p.id as programme,
      null as note, ${takenBackOf} + p.ended_unsheeted_cents as expected, p.reclaimed_cents as found
    from programmes p where p.reclaimed_cents <> ${takenBackOf} + p.ended_unsheeted_cents`,
  // What ended since the last evening post is not counted yet: more may have ended, never less.
  sql`
    select 'what was counted as ended before a sheet against the notes' as what, p.id as programme, null as note,
      ${endedUnsheetedOf} as expected, p.ended_unsheeted_cents as found
    from programmes p where p.ended_unsheeted_cents > ${endedUnsheetedOf}`,
  sql`
    select 'a covered acceptance counted as uncovered' as what, a.programme_id as programme,
      '0x' || encode(a.note_id, 'hex') as note, 0::bigint as expected, a.amount_cents as found
    from acceptances a join notes n on n.id = a.note_id join sheets s on s.id = n.sheet_id
    where a.is_uncovered and (s.state <> 'queued' or a.state = 'undone')`,
  sql`
    select 'value that is new on a sheet against what the sheet grants' as what, s.programme_id as programme,
      null as note, n.cents as expected, s.granted_cents as found
    from sheets s
      cross join lateral (
        select coalesce(sum(locked_cents) filter (where is_new_value), 0)::bigint as cents
        from notes where sheet_id = s.id) n
    where n.cents <> s.granted_cents`,
]
