import { readFileSync } from 'node:fs'
import pg from 'pg'
import { noteAt, priceAt } from './holders.ts'
import { programmeOf } from './pockets.ts'
import type { BigTown } from './town.ts'

export interface Verdict {
  acknowledged: number
  lost: string[]
  doubled: string[]
  /** By programme and by merchant: what the tills were told. */
  spentCents: Map<number, bigint>
  earnedCents: Map<number, bigint>
}

interface Told {
  place: number
  till: number
  payment: string
  signature: string
}

const aPage = 10_000

/**
 * Holds what every till wrote down against what stands in the database now: each acknowledged payment once, with the
 * receipt that was told, for its own note; and nothing else.
 */
export async function judge(
  url: string,
  { seed, notes, town, files }: { seed: string; notes: number; town: BigTown; files: readonly string[] },
): Promise<Verdict> {
  const byNonce = readTold(files)
  const verdict: Verdict = {
    acknowledged: byNonce.size,
    lost: [],
    doubled: [],
    spentCents: new Map(),
    earnedCents: new Map(),
  }
  const merchantOf = new Map(town.tills.map(({ till, merchant }) => [till, merchant]))
  for (const { place, till } of byNonce.values()) {
    add(verdict.spentCents, programmeOf(place, notes, town.programmes), priceAt(place))
    add(verdict.earnedCents, merchantOf.get(till) ?? 0, priceAt(place))
  }
  const waiting = new Set(byNonce.keys())
  await eachPayment(url, (row) => {
    const nonce = `0x${row.nonce.toString('hex')}`
    const told = byNonce.get(nonce)
    const payment = `0x${row.id.toString('hex')}`
    if (told === undefined) verdict.doubled.push(`Payment ${payment} was made, and no till was told of it`)
    else if (!waiting.delete(nonce)) verdict.doubled.push(`Charge ${nonce} was paid more than once`)
    else if (!isAsTold(row, told, payment, seed)) verdict.lost.push(`Payment ${told.payment} is not as it was told`)
  })
  for (const nonce of waiting) verdict.lost.push(`Payment ${byNonce.get(nonce)?.payment} is not there`)
  return verdict
}

function readTold(files: readonly string[]): Map<string, Told> {
  const byNonce = new Map<string, Told>()
  for (const file of files) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [place, till, nonce, payment, signature] = line.split(' ')
      if (nonce === undefined || payment === undefined || signature === undefined) continue
      if (byNonce.has(nonce)) throw new Error(`Charge ${nonce} was written down twice`)
      byNonce.set(nonce, { place: Number(place), till: Number(till), payment, signature })
    }
  }
  return byNonce
}

interface Row {
  id: Buffer
  nonce: Buffer
  till_id: number
  price_cents: string
  state: string
  signature: string
  notes: Buffer[]
  amounts: string
}

function isAsTold(row: Row, told: Told, payment: string, seed: string): boolean {
  const [note, ...more] = row.notes
  const price = String(priceAt(told.place))
  return (
    payment === told.payment &&
    row.till_id === told.till &&
    row.signature === told.signature &&
    row.state === 'accepted' &&
    row.price_cents === price &&
    row.amounts === price &&
    more.length === 0 &&
    note !== undefined &&
    `0x${note.toString('hex')}` === noteAt(seed, told.place).noteId
  )
}

/** All payments of one moment, with what was accepted for each; an acceptance without its payment there cannot be. */
async function eachPayment(url: string, look: (row: Row) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read')
    await client.query(
      `declare paid no scroll cursor for
      select p.id, p.nonce, p.till_id, p.price_cents, p.state, p.receipt->'receipt'->>'signature' as signature,
        array_agg(a.note_id) as notes, sum(a.amount_cents)::text as amounts
      from payments p left join acceptances a on a.payment_id = p.id and a.state = 'accepted' group by p.id`,
    )
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${aPage} from paid`)
      if (rows.length === 0) break
      for (const row of rows) look({ ...row, notes: row.notes.filter((note) => note !== null) })
    }
    await client.query('commit')
  } finally {
    await client.end()
  }
}

function add(sums: Map<number, bigint>, key: number, cents: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + cents)
}
