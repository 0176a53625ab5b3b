import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import { toHex } from '../db/bytes.ts'
import type { Programmes, Sheets } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import type { Fingerprint } from './fingerprints.ts'
import {
  type AcceptanceGroup,
  type EntryGroup,
  type NoteGroup,
  type RefundGroup,
  readScans,
  type Scans,
} from './scans.ts'

type SheetRow = Pick<
  Selectable<Sheets>,
  'programme_id' | 'granted_cents' | 'committed_cents' | 'released_cents' | 'state'
>

/** All that the books say, added up as far as any check needs it. */
export interface Ledger {
  scans: Scans
  programmes: Selectable<Programmes>[]
  sheets: Map<`0x${string}`, SheetRow>
  /** By programme: what is ordered from the guarantee and not final. */
  guaranteeOrders: Map<number, bigint>
}

export async function readLedger(tx: Tx): Promise<Ledger> {
  const scans = await readScans(tx)
  const sheets = await tx
    .selectFrom('sheets')
    .select(['id', 'programme_id', 'granted_cents', 'committed_cents', 'released_cents', 'state'])
    .orderBy('id')
    .execute()
  const { rows: ordered } = await sql<{ programme: number; cents: bigint }>`
    select a.programme_id as programme, sum(a.amount_cents) as cents
    from acceptances a join outbox o on o.subject = 'guarantee:0x' || encode(a.note_id, 'hex')
    where a.state = 'posted' group by a.programme_id`.execute(tx)
  return {
    scans,
    programmes: await tx.selectFrom('programmes').selectAll().orderBy('id').execute(),
    sheets: new Map(sheets.map(({ id, ...sheet }) => [toHex(id), sheet])),
    guaranteeOrders: new Map(ordered.map(({ programme, cents }) => [programme, cents])),
  }
}

/** Adds up one column of those groups that belong. */
export function total<Row>(
  rows: readonly Row[],
  of: (row: Row) => bigint,
  belongs: (row: Row) => boolean = () => true,
) {
  let cents = 0n
  for (const row of rows) if (belongs(row)) cents += of(row)
  return cents
}

export const entriesOf = (
  { scans }: Ledger,
  kinds: readonly EntryGroup['kind'][],
  of: (row: EntryGroup) => Fingerprint = (row) => row.byNote,
) => total(scans.entries, of, ({ kind }) => kinds.includes(kind))

export const notesOf = ({ scans }: Ledger, of: (row: NoteGroup) => bigint, belongs?: (row: NoteGroup) => boolean) =>
  total(scans.notes, of, belongs)

export const acceptancesOf = (
  { scans }: Ledger,
  of: (row: AcceptanceGroup) => bigint,
  belongs?: (row: AcceptanceGroup) => boolean,
) => total(scans.acceptances, of, belongs)

export const refundsOf = (
  { scans }: Ledger,
  of: (row: RefundGroup) => bigint,
  belongs?: (row: RefundGroup) => boolean,
) => total(scans.refunds, of, belongs)

/** By the entries: what came into an account, less what went out of it; or what was granted. */
export function bookedOn(
  entries: readonly EntryGroup[],
  account: 'granted' | 'left' | 'spent' | 'expired' | 'revoked',
  of: (row: EntryGroup) => bigint,
): bigint {
  if (account === 'granted') return total(entries, of, ({ kind }) => kind === 'grant')
  return total(entries, of, ({ to }) => to === account) - total(entries, of, ({ from }) => from === account)
}

/** As `endedUnsheetedOf`, from the scans. */
export function endedUnsheeted(ledger: Ledger, { id, kind, granted_cents }: Selectable<Programmes>): bigint {
  const { services, placed } = ledger.scans
  const isUnderWay = (row: { programme: number; state: AcceptanceGroup['state'] }) =>
    row.programme === id && (row.state === 'accepted' || row.state === 'posted')
  // What is not placed is new, and on no sheet.
  const newUnderWay =
    kind === 'service'
      ? (services.newUnderWay.get(id) ?? 0n)
      : acceptancesOf(ledger, (row) => row.cents, isUnderWay) - total(placed, (row) => row.cents, isUnderWay)
  const onSheets = total(
    [...ledger.sheets.values()],
    (sheet) => sheet.granted_cents,
    (sheet) => sheet.programme_id === id,
  )
  return granted_cents - onSheets - waitingOf(ledger, id, true) - newUnderWay
}

function waitingOf({ scans }: Ledger, id: number, areNew: boolean): bigint {
  return total(
    scans.waiting,
    ({ cents }) => cents,
    ({ programme, isNew }) => programme === id && isNew === areNew,
  )
}

/** What of a programme's outstanding cents stands for notes in hand and acceptances under way, less what ordered sheets will grant. */
export function promisedOf(ledger: Ledger, { id, kind }: Pick<Selectable<Programmes>, 'id' | 'kind'>): bigint {
  const { scans, sheets } = ledger
  const isOwn = (sheet: NoteGroup['sheet']) => sheet !== null && sheets.get(sheet)?.programme_id === id
  const open = notesOf(
    ledger,
    (row) => row.faceCents,
    (row) => row.state === 'open' && isOwn(row.sheet),
  )
  const underWay = total(
    scans.placed,
    (row) => (kind === 'service' ? row.faceCents : row.cents),
    (row) => row.programme === id && (row.state === 'accepted' || row.state === 'posted'),
  )
  const ordered = total(
    [...sheets.values()],
    (sheet) => sheet.granted_cents,
    (sheet) => sheet.programme_id === id && sheet.state === 'queued',
  )
  return open + waitingOf(ledger, id, false) + underWay - ordered
}

/** By the states of notes and acceptances: what expired, was revoked, or was the rest of a service; a fingerprint by note. */
export function endedWithNotes(ledger: Ledger): Fingerprint {
  const services = new Set(ledger.programmes.filter(({ kind }) => kind === 'service').map(({ id }) => id))
  const ended = notesOf(
    ledger,
    (row) => row.faceByNote,
    ({ because }) => because === 'expired' || because === 'revoked',
  )
  const accepted = acceptancesOf(
    ledger,
    (row) => row.byNote,
    (row) => row.state !== 'undone' && services.has(row.programme),
  )
  return ended + ledger.scans.services.spent - accepted
}

/** What of a programme's guarantee is promised: acceptances on no final sheet, orders to pay out, and refunds under way. */
export function uncoveredOf(ledger: Ledger, programme: number): bigint {
  const accepted = acceptancesOf(
    ledger,
    (row) => row.cents,
    (row) => row.isUncovered && row.programme === programme,
  )
  const reserved = refundsOf(
    ledger,
    (row) => row.reservedCents,
    (row) => row.state === 'queued' && row.programme === programme,
  )
  return accepted + (ledger.guaranteeOrders.get(programme) ?? 0n) + reserved
}

/** By sheet: what is locked for notes whose value was new when they came on it. */
export function newOnSheets({ scans }: Ledger): Map<`0x${string}`, bigint> {
  const granted = new Map<`0x${string}`, bigint>()
  for (const { sheet, isNew, lockedCents } of scans.notes) {
    if (sheet !== null && isNew) granted.set(sheet, (granted.get(sheet) ?? 0n) + lockedCents)
  }
  return granted
}
