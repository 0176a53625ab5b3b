import { sql } from 'kysely'
import type { Config } from '../../server/config.ts'
import { addYouth } from '../../test/support/youth.ts'
import { Crowd } from './crowd.ts'
import { Office } from './office.ts'
import { Server } from './server.ts'
import { mine, type Site } from './site.ts'
import { comeToRest } from './walk.ts'

export interface Outage {
  seed: number
  trace: string
  /** Of the simulation's time, as everything here. */
  outageSeconds: number
  blockSeconds: number
  arrivals: number
  green: number
  slowestAnswerMilliseconds: number
  arrivalsPerSecond: number
  /** Green and not final when the network was back. */
  backlog: number
  /** From the network's return until the last of them was final on chain and booked here. */
  drainSeconds: number
  drainPerSecond: number
  ratio: number
}

const outageSeconds = 3600
const blockSeconds = 2
/** As a worker asks for news of a network, and as its queue gives a post that is due a turn. */
const turnMilliseconds = 2000
const faceCents = 500

/**
 * For an hour no node answers, and somebody pays every so many seconds: each with a note whose sheet is final, at once due to
 * be posted. Then the network is back, with a block every two seconds, final at once as on Besu's QBFT, and the real servers
 * post with their real batches and stages.
 */
export async function outage(site: Site, seed: number, everySeconds: number): Promise<Outage> {
  const { world, network, node, people } = site
  await site.begin(seed)
  const config: Config = { ...site.config, postIntervalSeconds: 60, sheetLeastNotes: 1024, sheetWaitSeconds: 300 }
  const servers = ['A', 'B'].map((name) => new Server(name, { ...site, config }))
  const crowd = new Crowd(world, servers)
  const office = new Office(world, crowd, people)
  const arrivals = Math.floor(outageSeconds / everySeconds)
  const { db } = people.town.deps
  return await world.run(async () => {
    const mining = mine(world, network, blockSeconds * 1000, () => false)
    await Promise.all(servers.map((server) => server.start()))
    // What was paid can be posted at once.
    await sql`update programmes set undo_seconds = 0`.execute(db)
    const youth = await addYouth(people.town, arrivals)
    const service = people.programmes.find(({ kind }) => kind === 'service')
    const [shop] = people.shops
    if (service === undefined || shop === undefined) throw new Error('There is no service, or no shop')
    for (let grants = 0; grants < arrivals; grants++)
      await office.grant(youth, service, BigInt(faceCents), 30 * 86_400_000)
    await comeToRest(world, servers)
    const notes = await youth.notes()
    if (notes.length !== arrivals) throw new Error(`${notes.length} notes for ${arrivals} purchases`)

    for (const server of servers) server.pause = () => 10 * turnMilliseconds
    for (const server of servers) server.work()
    node.isDown = true
    world.note('the network is away')
    let [green, slowest] = [0, 0]
    const wentDownAt = world.clock.now
    for (const [place, note] of notes.entries()) {
      await world.clock.wait(wentDownAt + (place + 1) * everySeconds * 1000 - world.clock.now)
      const askedAt = world.clock.now
      const charge = await shop.charge(note.cents)
      const offer = await youth.sign(shop.merchantId, charge.nonce, [note], { agreedCents: note.cents })
      const outcome = await crowd.buy({ way: 'typed', shop, youth, charge, offer })
      slowest = Math.max(slowest, world.clock.now - askedAt)
      if (typeof outcome !== 'string') green++
    }
    await world.clock.wait(Math.max(0, wentDownAt + outageSeconds * 1000 - world.clock.now))

    const backlog = await unposted()
    for (const server of servers) server.pause = () => turnMilliseconds
    node.isDown = false
    const backAt = world.clock.now
    world.note(`the network is back, ${backlog} wait`)
    while ((await unposted()) > 0) await world.clock.wait(500)
    const drainSeconds = (world.clock.now - backAt) / 1000
    mining.stop()
    const [arrivalsPerSecond, drainPerSecond] = [arrivals / outageSeconds, backlog / drainSeconds]
    return {
      ...{ seed, trace: world.trace, outageSeconds, blockSeconds, arrivals, green },
      ...{ slowestAnswerMilliseconds: slowest, arrivalsPerSecond, backlog, drainSeconds, drainPerSecond },
      ratio: drainPerSecond / arrivalsPerSecond,
    }
  })

  async function unposted(): Promise<number> {
    const { rows } = await sql<{ count: bigint }>`
      select count(*) as count from acceptances where state in ('accepted', 'posted')`.execute(db)
    return Number(rows[0]?.count ?? 0n)
  }
}
