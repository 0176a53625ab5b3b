import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pause } from '../../walkthrough/parallel.ts'
import type { Cluster } from '../database.ts'
import type { ServerProcess } from '../servers.ts'
import { type Fault, isOutside, outsideOf } from './fault.ts'

const root = resolve(import.meta.dirname, '../../..')
/** Later than any file of ours will be. */
let number = 9000

/** The migration itself gives way after half a second. */
const mostWaitSeconds = 3

/** Two tables that every payment writes to. */
const expand = `
alter table acceptances add column chaos_expanded text;
create index chaos_expanded on acceptances (chaos_expanded);
alter table payments add column chaos_expanded text default 'new';
alter table payments add constraint chaos_expanded check (length(chaos_expanded) < 100) not valid;
`
const contract = `
alter table payments drop column chaos_expanded;
alter table acceptances drop column chaos_expanded;
`

/** Two new versions come one server at a time, under load: the first adds what the second takes away. Then back to the old. */
export const migrationUnderLoad: Fault = {
  name: 'migrationUnderLoad',
  lane: 'machines',
  may: isOutside,
  seconds: 30,
  async inject(run) {
    const { apis, workers, folder, broken } = run
    const { database } = outsideOf(run)
    const servers = [...apis, ...workers]
    const before = await countOurs(database)
    const longest = await longestWait(database, async () => {
      for (const content of [expand, contract]) {
        const version = versionWith(folder, content)
        for (const server of servers) await roll(server, version)
      }
      for (const server of servers) await roll(server, root)
    })
    broken.must(longest < mostWaitSeconds, `Somebody waited ${longest} s for a table while a server migrated`)
    const migrated = (await countOurs(database)) - before
    broken.must(migrated === 2, `Two new versions left ${migrated} rows in migrations`)
    return migrated === 2
  },
}

/** The migrations that are ours alone. */
async function countOurs(database: Cluster): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    "select count(*)::int as count from migrations where name like '%_chaos.sql'",
  )
  return row?.count ?? 0
}

/** The longest that anybody was seen to wait for a table while `work` was done, in seconds. */
async function longestWait(database: Cluster, work: () => Promise<void>): Promise<number> {
  let isDone = false
  let longest = 0
  const watching = async () => {
    while (!isDone) {
      const [row] = await database.query<{ seconds: number }>(`
        select coalesce(max(extract(epoch from clock_timestamp() - waitstart)), 0)::float8 as seconds
        from pg_locks where not granted and locktype = 'relation'`)
      longest = Math.max(longest, row?.seconds ?? 0)
      await pause(200)
    }
  }
  const done = work().finally(() => {
    isDone = true
  })
  await Promise.all([done, watching()])
  return longest
}

/** Told to end, so that it answers what it was asked; started again with the other code. */
async function roll(server: ServerProcess, version: string): Promise<void> {
  await server.stop()
  server.root = version
  await server.start()
  await pause(200)
}

/** Our code with one more migration. */
function versionWith(folder: string, content: string): string {
  const version = join(folder, `version-${++number}`)
  mkdirSync(join(version, 'contracts'), { recursive: true })
  for (const part of ['server', 'protocol', 'contracts/deployable', 'package.json']) {
    cpSync(join(root, part), join(version, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(version, 'node_modules'))
  writeFileSync(join(version, 'server/db/migrations', `${number}_chaos.sql`), content)
  return version
}
