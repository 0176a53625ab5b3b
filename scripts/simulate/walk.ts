import { sql } from 'kysely'
import type { Config } from '../../server/config.ts'
import type { Deps } from '../../server/deps.ts'
import { runEveningPost } from '../../server/post/post.ts'
import { Day } from './acts.ts'
import { Crowd } from './crowd.ts'
import { judge, shownTo, unfinished } from './judge.ts'
import { Office } from './office.ts'
import { Server } from './server.ts'
import { mine, type Site } from './site.ts'
import { Troubles, type Weather, weatherOf } from './troubles.ts'
import type { World } from './world.ts'

export interface Verdict {
  seed: number
  trace: string
  turns: number
  greens: number
  broken: string[]
  steps: string[]
  weather: Weather
  counts: Record<string, number>
}

const evenings = 60

/** One history, from its seed. */
export async function walk(site: Site, seed: number): Promise<Verdict> {
  const { world, network, node, people } = site
  await site.begin(seed)
  const { chance } = world
  const weather = weatherOf(chance)
  const config: Config = {
    ...site.config,
    postIntervalSeconds: chance.oneOf([300, 1200, 3600]),
    sheetLeastNotes: chance.between(2, 60),
    sheetWaitSeconds: chance.between(300, 4000),
    releaseStepCents: BigInt(chance.oneOf([1, 500, 5000])),
  }
  const servers = ['A', 'B'].map((name) => new Server(name, { ...site, config }))
  const minutes = chance.oneOf([10, 40, 120])
  // In bursts, and rarely: what nobody does anything in is costly and finds nothing.
  const pause = () => (chance.next() < 0.3 ? chance.between(1000, 20_000) : chance.between(1, minutes * 20_000))
  for (const server of servers) server.pause = pause
  const crowd = new Crowd(world, servers)
  crowd.shownTo = (merchant) => shownTo(people.town.deps, merchant)
  const office = new Office(world, crowd, people)
  const day = new Day(world, crowd, office, people)
  const troubles = new Troubles({ ...site, servers }, weather)
  world.note(`seed ${seed}: ${JSON.stringify(weather)}`)

  let broken: string[] = []
  try {
    broken = await world.run(async () => {
      const mining = mine(world, network, weather.blockMilliseconds, () => troubles.isStalled)
      await Promise.all(servers.map((server) => server.start()))
      for (const server of servers) server.work()
      troubles.begin()
      await day.live(chance.between(8, 30), minutes)
      troubles.end()
      world.note('everything works from now on')
      mining.pace.milliseconds = 100
      const rest = await comeToRest(world, servers)
      if (chance.next() < 0.3) {
        mining.pace.milliseconds = weather.blockMilliseconds
        for (const server of servers) server.work()
        await office.settle()
        mining.pace.milliseconds = 100
        await comeToRest(world, servers)
      }
      // Blocks that nobody is in change only the cursor.
      mining.stop()
      await rest.chain.advance()
      const found = await judge(rest, people, crowd, async () => {
        for (const { deps } of servers) await deps?.chain.advance()
      })
      return found
    })
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  for (const { machine } of servers) machine.die()
  broken.push(...servers.flatMap(({ bugs }) => bugs))
  return {
    seed,
    trace: world.trace,
    turns: world.turns,
    greens: crowd.told.count,
    broken,
    steps: world.steps,
    weather,
    counts: Object.fromEntries([...day.counts, ...troubles.counts, ...node.counts]),
  }
}

/** Evening after evening, until nothing waits any more; what then still does, the judge sees. */
export async function comeToRest(world: World, servers: readonly Server[]) {
  while (servers.some(({ deps, machine }) => deps === null || machine.isDead)) await world.clock.wait(1000)
  for (const server of servers) server.rest()
  const deps = servers[0]?.deps
  if (deps === null || deps === undefined) throw new Error('No server came back')
  // Whoever held the chain, and died, holds it no longer.
  await world.clock.wait(15_000)
  for (let evening = 0; evening < evenings; evening++) {
    while (!(await runEveningPost(deps, { sheets: 'now', patienceMilliseconds: 60_000 })));
    if ((await unfinished(deps)).length === 0) return deps
    world.clock.now = Math.max(world.clock.now, await nextPost(deps)) + 1000
  }
  return deps
}

/** When the next acceptance, or the next refund, that waits may be posted; 0 when none waits for its time. */
async function nextPost({ db, now }: Deps): Promise<number> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(at) as at from (
      select post_after as at from acceptances where state = 'accepted'
      union all
      select next_after from refunds where payment_id in (select payment_id from refunds where state = 'queued')
    ) waiting where at > ${now()}`.execute(db)
  return rows[0]?.at?.getTime() ?? 0
}
