import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres, startPostgres } from '../../../test/support/postgres.ts'
import { auditThroughputRatio } from './audit.ts'
import { clusterMicros, commandMicros, median, ownMicros } from './cpu.ts'
import { rlsReadRatio } from './rows.ts'
import { signatureRatio } from './signature.ts'
import { recordStatements } from './statements.ts'
import type { Calls } from './till.ts'
import { openTill } from './town.ts'

export interface Report {
  /** PostgreSQL and psql, for the statements of one acceptance. */
  floorCpuMicros: number
  /** Server and PostgreSQL: session, role, signatures, change, receipts, audit, outbox, double entry. */
  endpointCpuMicros: number
  ratio: number
  signatureRatioToNative: number
  /** Throughput with the audit log over that without. */
  auditThroughputRatio: number
  /** What a read costs in the role of who asks, over what the same costs the tables' owner. */
  rlsReadRatio: number
  duplicateRatio: number
  /** With server, PostgreSQL and till on one machine. */
  perSecond: number
}

const rounds = 5
const atOnce = 8

/** @param payments in each of five rounds. */
export async function run(payments: number, say: (line: string) => void): Promise<Report> {
  const postgres = await startPostgres()
  const bin = findPostgres()
  if (postgres === null || bin === null) throw new Error('PostgreSQL is needed (Debian: apt-get install postgresql)')
  process.env.TEST_DATABASE_URL = postgres.url
  const folder = mkdtempSync(join(tmpdir(), 'accept-'))
  try {
    return await measure({ folder, bin, url: postgres.url, payments, say })
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await postgres.stop()
  }
}

interface Ground {
  folder: string
  bin: string
  url: string
  payments: number
  say(line: string): void
}

async function measure({ folder, bin, url, payments, say }: Ground): Promise<Report> {
  say(`A town with ${(3 * rounds + 1) * payments} payments to make …`)
  const { town, database, calls } = await openTill((3 * rounds + 1) * payments)
  const postmaster = postmasterOf(bin, url)
  const copy = copyOf(bin, url, database, folder)
  const statements = recordStatements()
  const figures: Record<'endpoint' | 'floor' | 'duplicate' | 'wall', number[]> = {
    endpoint: [],
    floor: [],
    duplicate: [],
    wall: [],
  }
  const send = async (round: number, also: () => Promise<unknown> = async () => {}) => {
    const part = { ...calls, atOnce, calls: calls.calls.slice(round * payments, (round + 1) * payments) }
    const before = clusterMicros(postmaster)
    const { cpu, wall } = await ownMicros(async () => {
      await sendAll(part, folder)
      await also()
    })
    return { cpu: (cpu + clusterMicros(postmaster) - before) / payments, wall: wall / payments }
  }
  // Nobody counts the first: both sides load and compile in it.
  for (let round = 0; round <= rounds; round++) {
    statements.take()
    const first = await send(round)
    const sql = statements.take()
    const again = await send(round)
    const floor = replay({ bin, copy, folder, postmaster, sql }) / payments
    if (round === 0) continue
    figures.endpoint.push(first.cpu)
    figures.wall.push(first.wall)
    figures.duplicate.push(again.cpu)
    figures.floor.push(floor)
    say(`round ${round}: ${Math.round(first.cpu)} µs, again ${Math.round(again.cpu)}, psql ${Math.round(floor)}`)
  }
  statements.stop()
  const audit = await auditThroughputRatio(town.town.deps.db, rounds, async (round, also) => {
    return (await send(rounds + 1 + round, also)).cpu
  })
  say(`with the audit log ${rounded(audit)} of the throughput without`)
  const rls = rlsReadRatio({ bin, url: copy, folder, postmaster })
  await town.close()
  const [floor, endpoint] = [median(figures.floor), median(figures.endpoint)]
  return {
    floorCpuMicros: Math.round(floor),
    endpointCpuMicros: Math.round(endpoint),
    ratio: rounded(endpoint / floor),
    signatureRatioToNative: rounded(await signatureRatio()),
    auditThroughputRatio: rounded(audit),
    rlsReadRatio: rounded(rls),
    duplicateRatio: rounded(median(figures.duplicate) / endpoint),
    perSecond: Math.round(1e6 / median(figures.wall)),
  }
}

async function sendAll(calls: Calls, folder: string): Promise<void> {
  const path = join(folder, 'calls.json')
  writeFileSync(path, JSON.stringify(calls))
  await new Promise<void>((resolve, reject) => {
    const till = spawn(process.execPath, [join(import.meta.dirname, 'till.ts'), path], { stdio: 'inherit' })
    till.once('exit', (code) => (code === 0 ? resolve() : reject(new Error('A payment was not taken'))))
  })
}

/** The database as it is before the first payment, for psql alone. */
function copyOf(bin: string, url: string, database: string, folder: string): string {
  const dump = join(folder, 'town.sql')
  const copy = `${database}_copy`
  const of = (name: string) => url.replace(/\/[^/]*$/, `/${name}`)
  execFileSync(join(bin, 'pg_dump'), ['-f', dump, of(database)])
  execFileSync(join(bin, 'psql'), ['-qc', `create database ${copy}`, url])
  execFileSync(join(bin, 'psql'), ['-q', '-v', 'ON_ERROR_STOP=1', '-f', dump, of(copy)], { stdio: 'ignore' })
  return of(copy)
}

/** psql sends a file of statements for next to nothing; pgbench takes longer over a long script than the statements do. */
function replay(at: { bin: string; copy: string; folder: string; postmaster: number; sql: string[] }): number {
  const script = join(at.folder, 'round.sql')
  writeFileSync(script, at.sql.map((statement) => `${statement.replace(/;+$/, '')};\n`).join(''))
  const before = clusterMicros(at.postmaster)
  const own = commandMicros(join(at.bin, 'psql'), ['-q', '-v', 'ON_ERROR_STOP=1', '-f', script, at.copy])
  return own + clusterMicros(at.postmaster) - before
}

function postmasterOf(bin: string, url: string): number {
  const ask = ['-Atc', "select pg_read_file('postmaster.pid')", url]
  return Number(execFileSync(join(bin, 'psql'), ask, { encoding: 'utf8' }).split('\n')[0])
}

const rounded = (ratio: number) => Math.round(ratio * 100) / 100
