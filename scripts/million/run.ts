import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { reconcile, type reconciliation } from '../../protocol/api/audit.ts'
import { clusterMicros, processMicros } from '../bench/accept/cpu.ts'
import { Child } from '../chaos/child.ts'
import type { Cluster } from '../chaos/database.ts'
import { openOnPostgres, type System } from '../chaos/system.ts'
import { judge, type Verdict } from './judge.ts'
import { fillPockets } from './pockets.ts'
import type { TillsAsked, TillsTold } from './till.ts'
import { type BigTown, openBigTown } from './town.ts'

export interface Figures {
  acceptances: number
  acknowledged: number
  lost: number
  doubled: number
  balanced: boolean
  /** Sent again with the same bytes: cut off, refused for now, or for a test although it was answered. */
  again: number
  seconds: number
  perSecond: number
  serverCpuSeconds: number
  databaseCpuSeconds: number
  tillCpuSeconds: number
  reconcileSqlSeconds: number
  reconcileChainSeconds: number
}

type Books = z.output<typeof reconciliation>

const tillProcesses = 2

/** Nothing comes due while it runs, and nobody is too many. */
const settings = {
  POST_INTERVAL_SECONDS: '86400',
  SHEET_LEAST_NOTES: '100000',
  SHEET_WAIT_SECONDS: '2592000',
  RECONCILE_INTERVAL_SECONDS: '2592000',
}

/** Durable as it comes; only the room is that of a server, and not of a small one. */
const cluster = { mayBeSmall: false, settings: { shared_buffers: '1GB', max_wal_size: '8GB' } }

/** @param acceptances so many notes, each paid with once. */
export async function run(
  { acceptances, seed, folder }: { acceptances: number; seed: string; folder: string },
  say: (line: string) => void,
): Promise<Figures> {
  const system = await openOnPostgres(folder, { settings, cluster })
  try {
    const database = system.outside?.database as Cluster
    const town = await openBigTown(system.door.origin, acceptances)
    say(`seed ${seed}: the town is open; ${acceptances} notes are made …`)
    await fillPockets(database.url, seed, acceptances, town.programmes)
    await database.query('vacuum (analyze)')
    if (!(await books(town)).balanced) throw new Error('The books do not balance before anybody has paid')

    const work = { seed, notes: acceptances, town, files: filesIn(folder) }
    say(`${town.tills.length} tills begin …`)
    const spent = await letPay(system, folder, work, (seconds, count) => say(`${Math.round(seconds)} s: ${count}`))
    await database.query('vacuum (analyze)')
    const last = await books(town)
    const verdict = await judge(database.url, work)
    return figuresOf(acceptances, { spent, last, verdict, town }, say)
  } finally {
    await system.close()
  }
}

async function books(town: BigTown): Promise<Books> {
  return await town.staff.auditor.call(reconcile)
}

const filesIn = (folder: string) =>
  Array.from({ length: tillProcesses }, (_, number) => join(folder, `acknowledged-${number}`))

interface Work {
  seed: string
  notes: number
  town: BigTown
  files: readonly string[]
}

interface Spent {
  seconds: number
  serverMicros: number
  databaseMicros: number
  told: TillsTold[]
}

async function letPay(
  { apis, workers, door, outside }: System,
  folder: string,
  { seed, notes, town, files }: Work,
  progress: (seconds: number, payments: string) => void,
): Promise<Spent> {
  const { database, chainId } = outside as NonNullable<System['outside']>
  const servers = () => [...apis, ...workers].reduce((sum, { pid }) => sum + processMicros(pid), 0)
  const [serversBefore, databaseBefore, begun] = [servers(), clusterMicros(database.pid), performance.now()]
  const seconds = () => (performance.now() - begun) / 1000
  const telling = setInterval(async () => {
    const [row] = await database.query<{ count: string }>('select count(*) from payments').catch(() => [])
    if (row !== undefined) progress(seconds(), row.count)
  }, 60_000)
  const children = files.map((file, number) => {
    const tills = town.tills
      .map((till, turn) => ({ ...till, turn }))
      .filter(({ turn }) => turn % files.length === number)
    const asked: TillsAsked = {
      origin: door.origin,
      ports: apis.map(({ port }) => port),
      chainId,
      vouchers: town.facts.vouchers,
      graceSeconds: town.facts.graceSeconds,
      seed,
      notes,
      tills,
      allTills: town.tills.length,
      file,
    }
    writeFileSync(`${file}.asked`, JSON.stringify(asked), { mode: 0o600 })
    const script = resolve(import.meta.dirname, 'till.ts')
    const logFile = join(folder, `tills-${number}.log`)
    return new Child(process.execPath, [script, `${file}.asked`], { env: process.env, logFile })
  })
  await Promise.all(children.map((child) => child.ended))
  clearInterval(telling)
  return {
    seconds: seconds(),
    serverMicros: servers() - serversBefore,
    databaseMicros: clusterMicros(database.pid) - databaseBefore,
    told: files.map((file) => JSON.parse(readFileSync(`${file}.told`, 'utf8')) as TillsTold),
  }
}

function figuresOf(
  acceptances: number,
  { spent, last, verdict, town }: { spent: Spent; last: Books; verdict: Verdict; town: BigTown },
  say: (line: string) => void,
): Figures {
  const doubled = [...verdict.doubled, ...spent.told.flatMap(({ differed }) => differed)]
  const refused = spent.told.flatMap((told) => told.refused)
  const sums = wrongSums(last, verdict, town)
  const complaints = [...verdict.lost, ...doubled, ...refused, ...sums, ...last.differences.map(({ what }) => what)]
  for (const sentence of complaints.slice(0, 20)) say(`  BROKEN: ${sentence}`)
  const rounded = (seconds: number) => Math.round(seconds * 100) / 100
  return {
    acceptances,
    acknowledged: verdict.acknowledged,
    lost: verdict.lost.length,
    doubled: doubled.length,
    balanced: last.balanced && sums.length === 0,
    again: spent.told.reduce((sum, { again }) => sum + again, 0),
    seconds: rounded(spent.seconds),
    perSecond: rounded(verdict.acknowledged / spent.seconds),
    serverCpuSeconds: rounded(spent.serverMicros / 1e6),
    databaseCpuSeconds: rounded(spent.databaseMicros / 1e6),
    tillCpuSeconds: rounded(spent.told.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0) / 1e6),
    reconcileSqlSeconds: last.sqlMilliseconds / 1000,
    reconcileChainSeconds: last.chainMilliseconds / 1000,
  }
}

/** The town's own sums against those of the tills. */
function wrongSums(last: Books, { spentCents }: Verdict, { programmes }: BigTown): string[] {
  return programmes.flatMap((id) => {
    const found = last.programmes.find(({ programme }) => programme === id)?.spentCents ?? 0n
    const told = spentCents.get(id) ?? 0n
    return found === told ? [] : [`Programme ${id} spent ${found} cents, its tills took ${told}`]
  })
}
