import { type RawBuilder, sql } from 'kysely'
import { endedUnsheetedOf, takenBackOf } from '../post/post.ts'
import { type Check, isEqual } from './check.ts'
import { bookedOn, endedUnsheeted, type Ledger, newOnSheets, notesOf, uncoveredOf } from './ledger.ts'

const sum = (from: RawBuilder<unknown>) => sql`coalesce((${from}), 0)`

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
  return perVoucher.map((selected, place): Check => {
    const name = (['granted', ...counters] as const)[place] ?? 'granted'
    const column = sql.ref(`o.${name}_cents`)
    const named = sql`
      select ${`${name} of a ${table.slice(0, -1)} against its entries`} as what, ${sql.ref(programme)} as programme,
        null as note, e.cents as expected, ${column} as found
      from ${sql.table(table)} o
        cross join lateral (${selected} from entries where ${sql.ref(key)} = o.id) e
      where e.cents <> ${column}`
    return { named, holds: (ledger) => (table === 'vouchers' ? isBooked.vouchers : isBooked.programmes)(ledger, name) }
  })
}

type Counter = 'granted' | (typeof counters)[number]

const isBooked = {
  vouchers: (ledger: Ledger, name: Counter) =>
    isEqual(
      ledger,
      ledger.scans.vouchers[name],
      bookedOn(ledger.scans.entries, name, (row) => row.byVoucher),
    ),
  programmes: ({ programmes, scans }: Ledger, name: Counter) => {
    const byProgramme = Map.groupBy(scans.entries, (row) => row.programme)
    return programmes.every(
      (row) => row[`${name}_cents`] === bookedOn(byProgramme.get(row.id) ?? [], name, (entry) => entry.cents),
    )
  },
}

export const voucherChecks: Check[] = [
  ...counterChecks('vouchers', 'voucher_id', 'o.programme_id'),
  {
    holds: (ledger) => {
      const open = notesOf(ledger, (row) => row.openByVoucher)
      return isEqual(ledger, ledger.scans.vouchers.left, open)
    },
    named: sql`
      select 'left of a voucher against its open notes' as what, v.programme_id as programme, null as note,
        n.cents as expected, v.left_cents as found
      from vouchers v
        cross join lateral (
          select coalesce(sum(face_cents), 0)::bigint as cents from notes where voucher_id = v.id and state = 'open') n
      where n.cents <> v.left_cents`,
  },
]

export const programmeChecks: Check[] = [
  ...counterChecks('programmes', 'programme_id', 'o.id'),
  {
    named: sql`
      select 'granted of a programme above what its budget holds' as what, id as programme, null as note,
        budget_cents + reclaimed_cents as expected, granted_cents as found
      from programmes where granted_cents > budget_cents + reclaimed_cents`,
  },
  {
    named: sql`
      select 'uncovered of a programme above what its guarantee holds' as what, id as programme, null as note,
        guarantee_cents as expected, uncovered_cents as found
      from programmes where uncovered_cents > guarantee_cents`,
  },
  {
    holds: (ledger) =>
      ledger.programmes.every(({ id, uncovered_cents }) => uncovered_cents === uncoveredOf(ledger, id)),
    named: sql`
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
  },
  {
    named: sql`
      select 'reclaimed of a programme against the chain and what ended unseen by it' as what, p.id as programme,
        null as note, ${takenBackOf} + p.ended_unsheeted_cents as expected, p.reclaimed_cents as found
      from programmes p where p.reclaimed_cents <> ${takenBackOf} + p.ended_unsheeted_cents`,
  },
  // What ended since the last evening post is not counted yet: more may have ended, never less.
  {
    holds: (ledger) =>
      ledger.programmes.every((programme) => programme.ended_unsheeted_cents <= endedUnsheeted(ledger, programme)),
    named: sql`
      select 'what was counted as ended before a sheet against the notes' as what, p.id as programme, null as note,
        ${endedUnsheetedOf} as expected, p.ended_unsheeted_cents as found
      from programmes p where p.ended_unsheeted_cents > ${endedUnsheetedOf}`,
  },
  {
    holds: ({ scans, sheets }) =>
      !scans.placed.some(({ isUncovered, sheet, state }) => {
        const isCovered = sheet !== null && (sheets.get(sheet)?.state !== 'queued' || state === 'undone')
        return isUncovered && isCovered
      }),
    named: sql`
      select 'a covered acceptance counted as uncovered' as what, a.programme_id as programme,
        '0x' || encode(a.note_id, 'hex') as note, 0::bigint as expected, a.amount_cents as found
      from acceptances a join notes n on n.id = a.note_id join sheets s on s.id = n.sheet_id
      where a.is_uncovered and (s.state <> 'queued' or a.state = 'undone')`,
  },
  {
    holds: (ledger) => {
      const granted = newOnSheets(ledger)
      return [...ledger.sheets].every(([id, sheet]) => sheet.granted_cents === (granted.get(id) ?? 0n))
    },
    named: sql`
      select 'value that is new on a sheet against what the sheet grants' as what, s.programme_id as programme,
        null as note, n.cents as expected, s.granted_cents as found
      from sheets s
        cross join lateral (
          select coalesce(sum(locked_cents) filter (where is_new_value), 0)::bigint as cents
          from notes where sheet_id = s.id) n
      where n.cents <> s.granted_cents`,
  },
]
