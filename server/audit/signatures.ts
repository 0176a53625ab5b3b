import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { setImmediate as breathe } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type RawBuilder, sql } from 'kysely'
import { toHex } from '../db/bytes.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Findings } from './findings.ts'
import { type SignedAcceptance, type Signing, type Unsigned, unsignedAmong } from './recovering.ts'

/** Read, sent to a thread, and answered together. */
const aPage = 2000
/** Of what the chain has checked itself, so many are checked again, each time others. */
const mostChecked = 20_000
/** More than these are shared out to threads: starting one takes as long as a thousand recoveries. */
const fewRows = 4000
const mostThreads = 4

/**
 * INVARIANT 3 on paper: each acceptance says exactly what its holder and the acceptor signed. All that are not final; of
 * those that are, whose spend the contract itself has recovered, 20,000 that stand together from somewhere on.
 */
export async function compareSignatures(deps: Deps, findings: Findings): Promise<void> {
  const { chainId, vouchers, acceptorAddress } = deps.chain
  const signing = { chainId, vouchers, acceptorAddress: acceptorAddress.toLowerCase() as typeof acceptorAddress }
  await deps.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const check = (chosen: RawBuilder<unknown>) => checkPages(tx, signing, chosen, findings)
      await check(sql`where a.state in ('accepted', 'posted')`)
      const start = randomBytes(16)
      const isOther = sql`a.state not in ('accepted', 'posted')`
      const others = await check(
        sql`where a.note_id >= ${start} and ${isOther} order by a.note_id limit ${mostChecked}`,
      )
      if (others === mostChecked) return
      await check(sql`where a.note_id < ${start} and ${isOther} order by a.note_id limit ${mostChecked - others}`)
    })
}

/** Answers how many there were. */
async function checkPages(tx: Tx, signing: Signing, chosen: RawBuilder<unknown>, findings: Findings): Promise<number> {
  await sql`declare signed no scroll cursor for
    select a.*, n.holder from acceptances a join notes n on n.id = a.note_id ${chosen}`.execute(tx)
  const threads: Thread[] = []
  let count = 0
  try {
    const under: Promise<void>[] = []
    for (;;) {
      const { rows } = await sql<Row>`fetch ${sql.lit(aPage)} from signed`.execute(tx)
      if (rows.length === 0) break
      const page = rows.map(signedOf)
      count += page.length
      if (count > fewRows && threads.length === 0) threads.push(...startThreads(signing))
      if (threads.length === 0) await checkHere(signing, page, findings)
      else {
        const thread = threads[under.length % threads.length] as Thread
        // No more is read than a thread has room for.
        await thread.last
        thread.last = thread.check(page).then((unsigned) => name(page, unsigned, findings))
        // Awaited below; here it is only not yet.
        thread.last.catch(() => {})
        under.push(thread.last)
      }
    }
    await Promise.all(under)
  } finally {
    await Promise.all(threads.map((thread) => thread.end()))
    await sql`close signed`.execute(tx).catch(() => {})
  }
  return count
}

async function checkHere(signing: Signing, page: readonly SignedAcceptance[], findings: Findings): Promise<void> {
  for (const one of page) {
    await breathe()
    name([one], await unsignedAmong(signing, [one]), findings)
  }
}

function name(page: readonly SignedAcceptance[], unsigned: readonly Unsigned[], findings: Findings): void {
  for (const { place, by } of unsigned) {
    const { noteId, programme, spend, amountCents } = page[place] as SignedAcceptance
    const at = { invariant: 3, programme, note: noteId }
    if (by === 'holder') {
      findings.compare({ ...at, what: 'the most that a holder signed against its signature' }, 0n, spend.mostCents)
    } else findings.compare({ ...at, what: 'the amount of a receipt against its signature' }, 0n, amountCents)
  }
}

interface Thread {
  last: Promise<void>
  check(page: readonly SignedAcceptance[]): Promise<Unsigned[]>
  end(): Promise<unknown>
}

/** Each answers one page at a time. */
export function startThreads(signing: Signing): Thread[] {
  return Array.from({ length: Math.min(mostThreads, availableParallelism()) }, () => {
    const worker = new Worker(new URL('./recoveringThread.ts', import.meta.url), { workerData: signing })
    let waiting = Promise.withResolvers<Unsigned[]>()
    worker.on('message', (unsigned: Unsigned[]) => waiting.resolve(unsigned))
    let ended: Error | null = null
    const fail = (error: Error) => {
      ended = error
      waiting.reject(error)
    }
    worker.on('error', fail)
    worker.on('exit', (code) => fail(ended ?? new Error(`A thread ended by itself, with ${code}`)))
    // Whoever asks next hears of it.
    waiting.promise.catch(() => {})
    return {
      last: Promise.resolve(),
      check(page) {
        waiting = Promise.withResolvers()
        if (ended === null) worker.postMessage(page)
        else waiting.reject(ended)
        return waiting.promise
      },
      end: () => worker.terminate(),
    }
  })
}

interface Row extends Record<'programme_id' | 'merchant_id', number>, Record<'amount_cents' | 'most_cents', bigint> {
  note_id: Buffer
  holder: Buffer | null
  deadline: Date
  commitment: Buffer
  signature: Buffer
  receipt_details: Buffer
  receipt_signature: Buffer
}

function signedOf(row: Row): SignedAcceptance {
  return {
    noteId: toHex(row.note_id),
    holder: row.holder === null ? null : toHex(row.holder),
    programme: row.programme_id,
    spend: {
      merchant: row.merchant_id,
      mostCents: row.most_cents,
      deadline: BigInt(Math.floor(new Date(row.deadline).getTime() / 1000)),
      commitment: toHex(row.commitment),
    },
    signature: toHex(row.signature),
    amountCents: row.amount_cents,
    details: toHex(row.receipt_details),
    receiptSignature: toHex(row.receipt_signature),
  }
}
