import { setImmediate as breathe } from 'node:timers/promises'
import type { z } from 'zod'
import type { reconciliation } from '../../protocol/api/audit.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Deps } from '../deps.ts'
import { leavesOf } from '../post/post.ts'
import { compareBooks } from './books.ts'
import { type ChainSide, readChainSide } from './chainSide.ts'
import { type DatabaseSide, type ProgrammeSide, readDatabaseSide } from './databaseSide.ts'
import { compareEvents } from './events.ts'
import { type Difference, Findings } from './findings.ts'
import { readLedger } from './ledger.ts'
import { rootOf } from './roots.ts'
import { compareSignatures } from './signatures.ts'

export type Reconciliation = z.output<typeof reconciliation>

/**
 * Compares everything when the last time was long enough ago, and writes down only how much differed.
 *
 * @returns in how many seconds to ask again.
 */
export async function reconcileWhenDue(deps: Deps): Promise<number> {
  const { db, config, log, now } = deps
  const last = await db.selectFrom('reconciliations').select('at').orderBy('id', 'desc').limit(1).executeTakeFirst()
  const dueAt = last === undefined ? 0 : last.at.getTime() + config.reconcileIntervalSeconds * 1000
  if (dueAt > now().getTime()) return Math.ceil((dueAt - now().getTime()) / 1000)

  const { side, differences } = await compareAll(deps)
  const offCents = differences.reduce((sum, { expectedCents, foundCents }) => {
    const off = expectedCents - foundCents
    return sum + (off < 0n ? -off : off)
  }, 0n)
  if (differences.length > 0) {
    log.error({ differences: differences.length }, 'The books do not balance: npm run reconcile names where')
  }
  await db
    .insertInto('reconciliations')
    .values({ at: now(), block: side.blockNumber, differences: differences.length, off_cents: offCents })
    .execute()
  return config.reconcileIntervalSeconds
}

/**
 * Chain, database and bank side by side, to the cent: the database in one snapshot, the chain at the block up to which that
 * snapshot has read it. Whatever is not as the invariants say is named, with the note where a note is at fault.
 */
export async function reconcile(deps: Deps, organisation: string): Promise<Reconciliation> {
  const { side, chain, differences, sqlMilliseconds, chainMilliseconds } = await compareAll(deps)
  return {
    balanced: differences.length === 0,
    at: deps.now(),
    block: Number(side.blockNumber),
    programmes: side.programmes
      .filter((programme) => programme.organisation === organisation)
      .map((programme) => shown(programme, chain)),
    total: totals(side, chain),
    differences,
    sqlMilliseconds,
    chainMilliseconds,
  }
}

interface Compared {
  side: DatabaseSide
  chain: ChainSide
  differences: Difference[]
  sqlMilliseconds: number
  chainMilliseconds: number
}

async function compareAll(deps: Deps): Promise<Compared> {
  const findings = new Findings()
  const begun = performance.now()
  const side = await deps.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const ledger = await readLedger(tx)
      await compareBooks(tx, ledger, findings)
      await compareEvents(tx, ledger, findings)
      return await readDatabaseSide(tx, ledger)
    })
  const read = performance.now()
  const opened = side.programmes.filter((programme) => programme.isOpened)
  const chain = await readChainSide(deps, {
    blockNumber: side.blockNumber,
    programmes: opened.map((programme) => programme.id),
    sheets: side.sheets.map((sheet) => sheet.id),
    merchants: side.merchants.map((merchant) => merchant.id),
  })
  for (const programme of opened) comparePots(programme, chain, findings)
  await compareSheets(deps, side, chain, findings)
  compareTotals(side, chain, findings)
  await compareSignatures(deps, findings)
  return {
    side,
    chain,
    differences: findings.differences,
    sqlMilliseconds: Math.round(read - begun),
    chainMilliseconds: Math.round(performance.now() - read),
  }
}

/** INVARIANT 1 on chain, and 2: each pot is what the events and the acceptances make it. */
function comparePots(side: ProgrammeSide, chain: ChainSide, findings: Findings): void {
  const pots = chain.programmes.get(side.id)
  const at = { invariant: 1, programme: side.id }
  const names = ['available', 'outstanding', 'float', 'guarantee', 'locked', 'dailyLimit'] as const
  for (const name of names) {
    const key = `${name}Cents` as const
    findings.compare({ ...at, what: `${name} of a programme against the chain` }, pots?.[key] ?? 0n, side[key])
  }
  for (const name of ['budget', 'float', 'guarantee'] as const) {
    const what = `${name} of a programme against the chain's events`
    findings.compare({ ...at, invariant: 2, what }, side[`${name}ToldCents`], side[`${name}Cents`])
  }
  const what = 'outstanding of a programme against the notes and acceptances that it stands for'
  findings.atLeast({ ...at, what }, side.promisedCents, pots?.outstandingCents ?? 0n)
  // redeemed − refunds + guaranteed = spent − not yet posted
  const onChain = side.redeemedCents - side.refundedCents + side.guaranteedCents
  const promised = side.spentCents - side.unpostedCents + side.refundsQueuedCents
  findings.compare({ ...at, what: 'spent on chain against spent and posted here' }, onChain, promised)
}

/** INVARIANT 2, sheet by sheet; and that the notes here still give the root that stands there. */
async function compareSheets(deps: Deps, side: DatabaseSide, chain: ChainSide, findings: Findings): Promise<void> {
  for (const sheet of side.sheets) {
    const head = chain.sheets.get(sheet.id)
    const at = { invariant: 2, programme: sheet.programme }
    findings.compare(
      { ...at, what: `committed of sheet ${sheet.id}` },
      BigInt(head?.committedCents ?? 0),
      sheet.committedCents,
    )
    // What a closing gives back is not spent on chain, but nothing is left either.
    const spent = BigInt(head?.isClosed === true ? head.committedCents : (head?.spentCents ?? 0))
    findings.compare({ ...at, what: `redeemed and released of sheet ${sheet.id}` }, spent, sheet.spentCents)
    if (head?.isClosed === false) {
      const left = BigInt(head.committedCents - head.spentCents)
      const what = `left on sheet ${sheet.id} against its open notes and unposted acceptances`
      findings.atLeast({ ...at, what }, sheet.neededCents, left)
    }
    const isRoot = sheet.state === 'closed' || (await givesRoot(deps, sheet.id))
    const what = `notes of sheet ${sheet.id} against its root`
    findings.compare({ ...at, invariant: 6, what }, sheet.committedCents, isRoot ? sheet.committedCents : 0n)
  }
}

async function givesRoot(deps: Deps, sheet: `0x${string}`): Promise<boolean> {
  // A tree is some milliseconds of computing: others are let in between.
  await breathe()
  const head = await deps.db
    .selectFrom('sheets')
    .select(['depth', 'padding_seed'])
    .where('id', '=', fromHex(sheet))
    .executeTakeFirstOrThrow()
  try {
    return rootOf(head.depth, await leavesOf(deps.db, sheet), toHex(head.padding_seed)) === sheet
  } catch {
    return false
  }
}

/** INVARIANT 2 in total, what each merchant is owed, and the clearing account. */
function compareTotals(side: DatabaseSide, chain: ChainSide, findings: Findings): void {
  for (const { id, owedCents } of side.merchants) {
    const found = (chain.owedCents.get(id) ?? 0n) - (chain.debtCents.get(id) ?? 0n)
    findings.compare({ invariant: 4, what: `owed to merchant ${id} against the chain` }, found, owedCents)
  }
  const all = totals(side, chain)
  const pots = all.availableCents + all.outstandingCents + all.floatCents + all.guaranteeCents
  const held = pots + all.owedCents + all.settlingCents
  findings.compare({ invariant: 2, what: 'cents held by the contract against its pots' }, all.heldCents, held)
  const supply = all.bankCents + all.underWayCents
  findings.compare({ invariant: 2, what: 'cents on chain against the clearing account' }, all.supplyCents, supply)
}

function totals(side: DatabaseSide, chain: ChainSide) {
  const sum = (cents: Iterable<bigint>) => [...cents].reduce((total, one) => total + one, 0n)
  const pots = [...chain.programmes.values()]
  const { fundedCents, paidCents, returnedCents, underWayCents } = side.bank
  return {
    availableCents: sum(pots.map((pot) => pot.availableCents)),
    outstandingCents: sum(pots.map((pot) => pot.outstandingCents)),
    floatCents: sum(pots.map((pot) => pot.floatCents)),
    guaranteeCents: sum(pots.map((pot) => pot.guaranteeCents)),
    lockedCents: sum(pots.map((pot) => pot.lockedCents)),
    owedCents: sum(chain.owedCents.values()),
    settlingCents: side.settlingCents,
    heldCents: chain.balanceCents,
    supplyCents: chain.supplyCents,
    fundedCents,
    paidCents,
    returnedCents,
    bankCents: fundedCents - paidCents + returnedCents,
    underWayCents,
  }
}

function shown(side: ProgrammeSide, chain: ChainSide): Reconciliation['programmes'][number] {
  const pots = chain.programmes.get(side.id)
  return {
    programme: side.id,
    name: side.name.fi,
    grantedCents: side.grantedCents,
    spentCents: side.spentCents,
    leftCents: side.leftCents,
    expiredCents: side.expiredCents,
    revokedCents: side.revokedCents,
    chain: {
      availableCents: pots?.availableCents ?? 0n,
      outstandingCents: pots?.outstandingCents ?? 0n,
      floatCents: pots?.floatCents ?? 0n,
      guaranteeCents: pots?.guaranteeCents ?? 0n,
      guaranteePaidCents: pots?.guaranteePaidCents ?? 0n,
      lockedCents: pots?.lockedCents ?? 0n,
    },
    database: {
      openOnSheetsCents: side.openOnSheetsCents,
      unpostedOnSheetsCents: side.unpostedOnSheetsCents,
      unreleasedCents: side.unreleasedCents,
      paddingCents: side.paddingCents,
      redeemedCents: side.redeemedCents,
      guaranteedCents: side.guaranteedCents,
      refundedCents: side.refundedCents,
      refundsQueuedCents: side.refundsQueuedCents,
      unpostedCents: side.unpostedCents,
    },
    bank: { fundedCents: side.fundedCents },
  }
}
