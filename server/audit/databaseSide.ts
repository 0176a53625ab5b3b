import { sql } from 'kysely'
import type { Hex } from 'viem'
import type { Words } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import { acceptancesOf, type Ledger, promisedOf, refundsOf, total } from './ledger.ts'

/** What the database says at the block up to which it has read the chain. */
export interface DatabaseSide {
  blockNumber: bigint
  programmes: ProgrammeSide[]
  sheets: SheetSide[]
  merchants: { id: number; owedCents: bigint }[]
  settlingCents: bigint
  bank: { fundedCents: bigint; paidCents: bigint; returnedCents: bigint; underWayCents: bigint }
}

export interface ProgrammeSide {
  id: number
  organisation: string
  name: Words
  grantedCents: bigint
  spentCents: bigint
  leftCents: bigint
  expiredCents: bigint
  revokedCents: bigint
  dailyLimitCents: bigint
  /** What each pot on chain should hold. */
  availableCents: bigint
  outstandingCents: bigint
  /** What of outstanding stands for something: notes in hand and acceptances under way, less what ordered sheets will grant. */
  promisedCents: bigint
  floatCents: bigint
  guaranteeCents: bigint
  lockedCents: bigint
  budgetCents: bigint
  /** What `budget`, `float` and `guarantee` should be by the chain's events. */
  budgetToldCents: bigint
  floatToldCents: bigint
  guaranteeToldCents: bigint
  /** The terms of locked: notes in hand, acceptances not yet posted, what may be released, padding. */
  openOnSheetsCents: bigint
  unpostedOnSheetsCents: bigint
  unreleasedCents: bigint
  paddingCents: bigint
  /** The terms of spent: posted finally, paid from the guarantee, refunded, and not yet posted. */
  redeemedCents: bigint
  guaranteedCents: bigint
  refundedCents: bigint
  refundsQueuedCents: bigint
  unpostedCents: bigint
  fundedCents: bigint
  isOpened: boolean
}

export interface SheetSide {
  id: Hex
  programme: number
  committedCents: bigint
  /** Of value that was new. */
  grantedCents: bigint
  /** Redeemed and released; of a closed sheet all that it committed. */
  spentCents: bigint
  paddingCents: bigint
  openCents: bigint
  /** Accepted, and not redeemed finally. */
  unpostedCents: bigint
  /** What the notes in hand and the acceptances not yet posted may still take of it. */
  neededCents: bigint
  state: 'final' | 'closing' | 'closed'
}

type Told = 'Funded' | 'Defunded' | 'Reclaimed' | 'GuaranteeRestored' | 'DebtNetted'

export async function readDatabaseSide(tx: Tx, ledger: Ledger): Promise<DatabaseSide> {
  const cursor = await tx.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
  const sheets = sheetsOf(ledger)
  return {
    blockNumber: cursor.indexed_block,
    programmes: await readProgrammes(tx, ledger, sheets),
    sheets,
    merchants: await readMerchants(tx, ledger),
    settlingCents: await readSettling(tx),
    bank: await readBank(tx),
  }
}

/** What is on sheets, sheet by sheet: all of it, what is open, and what is accepted and not posted finally. */
function sheetsOf({ scans, sheets }: Ledger): SheetSide[] {
  const groups = Map.groupBy(scans.notes, ({ sheet }) => sheet)
  const placed = Map.groupBy(scans.placed, ({ sheet }) => sheet)
  return [...sheets]
    .filter(([, { state }]) => state !== 'queued')
    .map(([id, sheet]) => {
      const notes = groups.get(id) ?? []
      const accepted = (...states: string[]) =>
        total(
          placed.get(id) ?? [],
          (row) => row.cents,
          ({ state }) => states.includes(state),
        )
      const openCents = total(
        notes,
        (row) => row.lockedCents,
        (row) => row.state === 'open',
      )
      return {
        id,
        programme: sheet.programme_id,
        committedCents: sheet.committed_cents,
        grantedCents: sheet.granted_cents,
        spentCents: sheet.released_cents + accepted('final'),
        paddingCents: sheet.committed_cents - total(notes, (row) => row.lockedCents),
        openCents,
        unpostedCents: accepted('accepted', 'posted'),
        neededCents: openCents + total(placed.get(id) ?? [], (row) => row.unpostedCents),
        state: sheet.state as SheetSide['state'],
      }
    })
}

async function readProgrammes(tx: Tx, ledger: Ledger, sheets: readonly SheetSide[]): Promise<ProgrammeSide[]> {
  const { rows: told } = await sql<{ event: Told; programme: number; args: Record<string, bigint> }>`
    select event, (args->>'programme')::integer as programme, args from chain_logs
    where event in ('Funded', 'Defunded', 'Reclaimed', 'GuaranteeRestored', 'DebtNetted')`.execute(tx)
  const { rows: lent } = await sql<{ programme: number; cents: bigint }>`
    select r.programme_id as programme, (l.args->>'debtCents')::bigint as cents
    from chain_logs l join refunds r on '0x' || encode(r.id, 'hex') = l.args->>'refundId'
    where l.event = 'Refunded'`.execute(tx)
  const { rows: fundings } = await sql<{ programme: number; cents: bigint }>`
    select programme_id as programme, budget_cents + float_cents + guarantee_cents as cents from fundings`.execute(tx)

  return ledger.programmes.map((programme) => {
    const { id, budget_cents: budgetCents } = programme
    const events = told.filter((event) => event.programme === id)
    const ofEvents = (name: Told, field: string) =>
      total(
        events,
        ({ args }) => BigInt(args[field] ?? 0),
        ({ event }) => event === name,
      )
    const accepted = (...states: string[]) =>
      acceptancesOf(
        ledger,
        (row) => row.cents,
        (row) => row.programme === id && states.includes(row.state),
      )
    const refunded = (state: 'queued' | 'final') =>
      refundsOf(
        ledger,
        (row) => row.cents,
        (row) => row.programme === id && row.state === state,
      )
    const own = <Row extends { programme: number }>(rows: readonly Row[], of: (row: Row) => bigint) =>
      total(rows, of, (row) => row.programme === id)

    const cut = sheets.filter((sheet) => sheet.programme === id)
    const living = cut.filter(({ state }) => state !== 'closed')
    const grantedCents = total(cut, (sheet) => sheet.grantedCents)
    const lockedCents = total(living, (sheet) => sheet.committedCents - sheet.spentCents)
    const openOnSheetsCents = total(living, (sheet) => sheet.openCents)
    const unpostedOnSheetsCents = total(living, (sheet) => sheet.unpostedCents)
    const paddingCents = total(living, (sheet) => sheet.paddingCents)
    const [redeemedCents, guaranteedCents, refundedCents] = [
      accepted('final'),
      accepted('guaranteed'),
      refunded('final'),
    ]
    const reclaimedCents = ofEvents('Reclaimed', 'cents')
    const restoredCents = ofEvents('GuaranteeRestored', 'cents')
    return {
      id,
      organisation: programme.organisation_id,
      name: programme.name as Words,
      grantedCents: programme.granted_cents,
      spentCents: programme.spent_cents,
      leftCents: programme.left_cents,
      expiredCents: programme.expired_cents,
      revokedCents: programme.revoked_cents,
      dailyLimitCents: programme.daily_limit_cents,
      budgetCents,
      floatCents: programme.float_cents,
      guaranteeCents: programme.guarantee_cents,
      availableCents: budgetCents - grantedCents + reclaimedCents,
      promisedCents: promisedOf(ledger, programme) - refunded('queued'),
      outstandingCents: grantedCents - redeemedCents - reclaimedCents - restoredCents + refundedCents,
      lockedCents,
      budgetToldCents: ofEvents('Funded', 'budgetCents') - ofEvents('Defunded', 'availableCents'),
      floatToldCents: ofEvents('Funded', 'floatCents') - ofEvents('Defunded', 'floatCents'),
      guaranteeToldCents:
        ofEvents('Funded', 'guaranteeCents') -
        ofEvents('Defunded', 'guaranteeCents') -
        guaranteedCents +
        restoredCents +
        ofEvents('DebtNetted', 'cents') -
        own(lent, ({ cents }) => cents),
      openOnSheetsCents,
      unpostedOnSheetsCents,
      paddingCents,
      unreleasedCents: lockedCents - openOnSheetsCents - unpostedOnSheetsCents - paddingCents,
      redeemedCents,
      guaranteedCents,
      refundedCents,
      refundsQueuedCents: refunded('queued'),
      unpostedCents: accepted('accepted', 'posted'),
      fundedCents: own(fundings, ({ cents }) => cents),
      isOpened: programme.state !== 'opening',
    }
  })
}

async function readMerchants(tx: Tx, ledger: Ledger): Promise<{ id: number; owedCents: bigint }[]> {
  const { rows } = await sql<{ id: number; settledCents: bigint }>`
    select m.id, coalesce(sum(l.cents), 0) as "settledCents"
    from merchants m left join settlement_lines l on l.merchant_id = m.id and l.state in ('ready', 'paid')
    where m.state <> 'proposed' group by m.id order by m.id`.execute(tx)
  const paid = Map.groupBy(
    ledger.scans.acceptances.filter(({ state }) => state === 'final' || state === 'guaranteed'),
    ({ merchant }) => merchant,
  )
  return rows.map(({ id, settledCents }) => {
    const refunded = refundsOf(
      ledger,
      (row) => row.cents,
      (row) => row.merchant === id && row.state === 'final',
    )
    return { id, owedCents: total(paid.get(id) ?? [], ({ cents }) => cents) - refunded - settledCents }
  })
}

async function readSettling(tx: Tx): Promise<bigint> {
  const { rows } = await sql<{ cents: bigint }>`
    select coalesce(sum(cents), 0)::bigint as cents from settlement_lines where state = 'ready'`.execute(tx)
  return rows[0]?.cents ?? 0n
}

async function readBank(tx: Tx): Promise<DatabaseSide['bank']> {
  const { rows } = await sql<DatabaseSide['bank']>`
    select
      -- What the treasury burned went back to a funder.
      (coalesce((select sum((args->>'cents')::bigint) from chain_logs where event = 'Minted'), 0)
        - coalesce((select sum((args->>'cents')::bigint) from chain_logs where event = 'Burned' and not exists (
            select 1 from settlement_lines l where '0x' || encode(l.chain_ref, 'hex') = args->>'ref')), 0)
      )::bigint as "fundedCents",
      coalesce(sum(e.cents) filter (where e.kind = 'paid'), 0)::bigint as "paidCents",
      coalesce(sum(e.cents) filter (where e.kind = 'returned'), 0)::bigint as "returnedCents",
      -- Known from the statement, and not yet final on chain.
      coalesce(sum(case when e.kind = 'paid' and i.state = 'ready' then e.cents
        when e.kind = 'returned' and i.state in ('ready', 'paid') then -e.cents end), 0)::bigint as "underWayCents"
    from statement_entries e join settlement_lines i on i.id = e.line_id`.execute(tx)
  const [row] = rows
  return row ?? { fundedCents: 0n, paidCents: 0n, returnedCents: 0n, underWayCents: 0n }
}
