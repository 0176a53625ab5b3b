import { sql } from 'kysely'
import { readDay } from '../../../server/acceptances/day.ts'
import { actAs, actAsServer } from '../../../server/db/acting.ts'
import type { Deps } from '../../../server/deps.ts'
import { actingFor, type TillWho, type WalletWho } from '../../../server/http/who.ts'
import { casesOf } from '../../../server/people/people.store.ts'
import { readWallet } from '../../../server/vouchers/walletView.ts'
import { clusterMicros, median, ownMicros } from './cpu.ts'

const workers = 200
const casesEach = 500
const readsARound = 200

/**
 * CPU time of reads in the role of who asks, over that of the same reads by the tables' owner, who is shown everything and has
 * but the statements' own conditions: the worst of a worker's cases (500 of 100,000), a shop's day and a phone's wallet, each
 * by the server's own code, with what it takes to tell PostgreSQL in whose name.
 *
 * @param deps a town in which somebody has paid, and which may be spoilt.
 */
export async function rlsReadRatio(deps: Deps, postmaster: number, rounds: number): Promise<number> {
  const reads = await readsIn(deps)
  const ratios = reads.map(() => [] as number[])
  // Nobody counts the first, in which the pages are read and the statements prepared.
  for (let round = 0; round <= rounds; round++) {
    for (const [place, { asActor, asOwner }] of reads.entries()) {
      const sides = round % 2 === 0 ? [asOwner, asActor] : [asActor, asOwner]
      const micros = new Map<() => Promise<unknown>, number>()
      for (const side of sides) micros.set(side, await microsOf(side, postmaster))
      if (round > 0) ratios[place]?.push((micros.get(asActor) ?? 0) / (micros.get(asOwner) ?? 0))
    }
  }
  return Math.max(...ratios.map(median))
}

async function microsOf(read: () => Promise<unknown>, postmaster: number): Promise<number> {
  const before = clusterMicros(postmaster)
  const { cpu } = await ownMicros(async () => {
    for (let times = 0; times < readsARound; times++) await read()
  })
  return cpu + clusterMicros(postmaster) - before
}

async function readsIn(deps: Deps) {
  await manyCases.execute(deps.db)
  const { staff } = await deps.db
    .selectFrom('cases')
    .select('worker_id as staff')
    .orderBy('worker_id')
    .executeTakeFirstOrThrow()
  const shop = await deps.db.selectFrom('payments').select(['till_id', 'merchant_id']).executeTakeFirstOrThrow()
  const phone = await deps.db.selectFrom('wallets').select(['id', 'mailbox_id']).executeTakeFirstOrThrow()

  const organisation = 'town'
  const person = { name: 'bench', roles: ['worker' as const], limitCents: 0n }
  const worker = { actor: 'staff' as const, staffId: staff, organisation, ...person }
  const till: TillWho = { actor: 'till', tillId: shop.till_id, merchantId: shop.merchant_id, organisation }
  const wallet: WalletWho = { actor: 'wallet', walletId: phone.id, mailboxId: phone.mailbox_id, organisation }
  const today = deps.now().toISOString().slice(0, 10)
  const reads = [
    { acting: actingFor(worker, ['worker']), read: () => casesOf(deps.db, staff, organisation) },
    { acting: actingFor(till, ['till']), read: () => readDay(deps, till, today) },
    { acting: actingFor(wallet, ['wallet']), read: () => readWallet(deps, wallet) },
  ]
  return reads.map(({ acting, read }) => {
    if (acting === null) throw new Error('Nobody is acted for')
    return { asActor: () => actAs(acting, () => read()), asOwner: () => actAsServer(() => read()) }
  })
}

const manyCases = sql`
  with hired as (
    insert into staff (id, organisation_id, subject, name, roles)
    select gen_random_uuid(), 'town', 'bench ' || n, 'bench', '{worker}' from generate_series(1, ${sql.lit(workers)}) n
    returning id)
  insert into cases (id, organisation_id, worker_id, pseudonym, age_band, municipality, language, sealed, created_at)
  select gen_random_uuid(), 'town', hired.id, 'Bench ' || hired.id || n, '15_17', '240', 'fi', '\\x00', now()
  from hired, generate_series(1, ${sql.lit(casesEach)}) n`
