import { sql } from 'kysely'
import type { Tx } from '../db/transaction.ts'
import { type Check, isEqual, namedBy } from './check.ts'
import type { Findings } from './findings.ts'
import { acceptancesOf, endedWithNotes, entriesOf, type Ledger, notesOf, refundsOf, total } from './ledger.ts'
import { programmeChecks, voucherChecks } from './programmeBooks.ts'

/**
 * INVARIANT 1, inside the database: every counter against the entries that made it, note by note first, so that a cent
 * changed by hand names its note.
 */
export async function compareBooks(tx: Tx, ledger: Ledger, findings: Findings): Promise<void> {
  for (const { what, programme, note, expected, found } of await namedBy(tx, ledger, bookChecks)) {
    findings.compare({ invariant: 1, what, programme, note }, expected, found)
  }
}

const noteChecks: Check[] = [
  {
    holds: (ledger) =>
      isEqual(
        ledger,
        entriesOf(ledger, ['issue']),
        notesOf(ledger, (row) => row.faceByNote),
      ),
    named: sql`
      select 'face of a note against its issue' as what, v.programme_id as programme, '0x' || encode(n.id, 'hex') as note,
        e.issued as expected, n.face_cents as found
      from notes n join vouchers v on v.id = n.voucher_id
        cross join lateral (
          select coalesce(sum(cents) filter (where kind = 'issue'), 0)::bigint as issued from entries where note_id = n.id) e
      where e.issued <> n.face_cents`,
  },
  {
    holds: (ledger) =>
      isEqual(
        ledger,
        entriesOf(ledger, ['retire']),
        notesOf(
          ledger,
          (row) => row.faceByNote,
          (row) => row.state !== 'open',
        ),
      ),
    named: sql`
      select 'what is retired of a note against its state' as what, v.programme_id as programme,
        '0x' || encode(n.id, 'hex') as note,
        case when n.state = 'open' then 0 else n.face_cents end as expected, e.retired as found
      from notes n join vouchers v on v.id = n.voucher_id
        cross join lateral (
          select coalesce(sum(cents) filter (where kind = 'retire'), 0)::bigint as retired from entries where note_id = n.id) e
      where e.retired <> case when n.state = 'open' then 0 else n.face_cents end`,
  },
  {
    holds: (ledger) => notesOf(ledger, (row) => row.wrongCaps) === 0n,
    named: sql`
      select 'cap of a note against its face' as what, v.programme_id as programme, '0x' || encode(n.id, 'hex') as note,
        c.step as expected, n.cap_cents as found
      from notes n join vouchers v on v.id = n.voucher_id
        cross join lateral (
          select case when n.face_cents <= 500 then 500 when n.face_cents <= 1000 then 1000
            when n.face_cents <= 2000 then 2000 else 5000 end as step) c
      where n.cap_cents <> c.step`,
  },
  {
    holds: (ledger) => notesOf(ledger, (row) => row.oddLocks) === total(ledger.scans.placed, (row) => row.oddLocks),
    named: sql`
      select 'what is locked for a note against its face or acceptance' as what, v.programme_id as programme,
        '0x' || encode(n.id, 'hex') as note, coalesce(a.amount_cents, n.face_cents) as expected, n.locked_cents as found
      from notes n join vouchers v on v.id = n.voucher_id left join acceptances a on a.note_id = n.id
      where n.locked_cents is not null and n.locked_cents <> n.face_cents
        and n.locked_cents is distinct from a.amount_cents`,
  },
  {
    holds: (ledger) => {
      const booked = entriesOf(ledger, ['expire', 'revoke', 'rest']) - entriesOf(ledger, ['unrest'])
      return isEqual(ledger, booked, endedWithNotes(ledger))
    },
    named: sql`
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
  },
]

const acceptanceChecks: Check[] = [
  {
    holds: (ledger) =>
      isEqual(
        ledger,
        entriesOf(ledger, ['accept']),
        acceptancesOf(ledger, (row) => row.byNote),
      ),
    named: sql`
      select 'amount of an acceptance against its entry' as what, a.programme_id as programme,
        '0x' || encode(a.note_id, 'hex') as note, e.accepted as expected, a.amount_cents as found
      from acceptances a
        cross join lateral (
          select coalesce(sum(cents) filter (where kind = 'accept'), 0)::bigint as accepted
          from entries where note_id = a.note_id) e
      where e.accepted <> a.amount_cents`,
  },
  {
    holds: (ledger) => {
      const back = acceptancesOf(ledger, (row) => (row.state === 'undone' ? row.byNote : row.refundedByNote))
      return isEqual(ledger, entriesOf(ledger, ['undo', 'refund']), back)
    },
    named: sql`
      select 'what came back of an acceptance against its entries' as what, a.programme_id as programme,
        '0x' || encode(a.note_id, 'hex') as note, e.back as expected,
        case when a.state = 'undone' then a.amount_cents else a.refunded_cents end as found
      from acceptances a
        cross join lateral (
          select coalesce(sum(cents) filter (where kind in ('undo', 'refund')), 0)::bigint as back
          from entries where note_id = a.note_id) e
      where e.back <> case when a.state = 'undone' then a.amount_cents else a.refunded_cents end`,
  },
  {
    holds: (ledger) => {
      const told = acceptancesOf(ledger, (row) => row.refundedByNote)
      return isEqual(
        ledger,
        refundsOf(ledger, (row) => row.byNote),
        told,
      )
    },
    named: sql`
      select 'refunds of an acceptance against what it says' as what, a.programme_id as programme,
        '0x' || encode(a.note_id, 'hex') as note, a.refunded_cents as expected, r.cents as found
      from acceptances a
        cross join lateral (
          select coalesce(sum(cents), 0)::bigint as cents from refunds where note_id = a.note_id) r
      where r.cents <> a.refunded_cents`,
  },
  {
    named: sql`
      select 'what a refund names as made before against the refunds before it' as what, r.programme_id as programme,
        '0x' || encode(r.note_id, 'hex') as note, b.cents as expected, r.refunded_before_cents as found
      from refunds r
        join (
          select id, coalesce(sum(cents) over (partition by note_id order by created_at, id
            rows between unbounded preceding and 1 preceding), 0)::bigint as cents from refunds) b on b.id = r.id
      where b.cents <> r.refunded_before_cents`,
  },
  {
    holds: (ledger) =>
      isEqual(
        ledger,
        ledger.scans.payments.price,
        acceptancesOf(ledger, (row) => row.byPayment),
      ),
    named: sql`
      select 'price of a payment against its acceptances' as what, a.programme_id as programme, a.note as note,
        a.cents as expected, p.price_cents as found
      from payments p
        cross join lateral (
          select sum(amount_cents)::bigint as cents, min('0x' || encode(note_id, 'hex')) as note,
            min(programme_id) as programme_id
          from acceptances where payment_id = p.id) a
      where a.cents is distinct from p.price_cents`,
  },
  {
    holds: (ledger) => {
      const refunded = acceptancesOf(ledger, (row) => row.refundedByPayment)
      return isEqual(ledger, ledger.scans.payments.refunded, refunded)
    },
    named: sql`
      select 'refunds of a payment against its acceptances' as what, a.programme_id as programme, a.note as note,
        a.cents as expected, p.refunded_cents as found
      from payments p
        cross join lateral (
          select sum(refunded_cents)::bigint as cents, min('0x' || encode(note_id, 'hex')) as note,
            min(programme_id) as programme_id
          from acceptances where payment_id = p.id) a
      where a.cents is distinct from p.refunded_cents`,
  },
  {
    holds: ({ scans }) => scans.isWeighed && scans.payments.priceByNonce === scans.charges,
    named: sql`
      select 'price of a charge against its payment' as what, a.programme_id as programme, a.note as note,
        p.price_cents as expected, c.price_cents as found
      from charges c join payments p on p.nonce = c.nonce
        cross join lateral (
          select min('0x' || encode(note_id, 'hex')) as note, min(programme_id) as programme_id
          from acceptances where payment_id = p.id) a
      where c.price_cents <> p.price_cents`,
  },
]

export const bookChecks: Check[] = [...noteChecks, ...acceptanceChecks, ...voucherChecks, ...programmeChecks]
