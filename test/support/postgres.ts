import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

export interface Postgres {
  /** The `postgres` database of the cluster. */
  url: string
  stop(): Promise<void>
}

const startSeconds = 30

/**
 * A real PostgreSQL for tests: TEST_DATABASE_URL if one is given, else a throw-away cluster of the installed version.
 * Null where no PostgreSQL is installed; whoever asks decides whether that is a failure.
 */
export async function startPostgres(): Promise<Postgres | null> {
  const given = process.env.TEST_DATABASE_URL
  if (given !== undefined && given !== '') return { url: given, stop: async () => {} }
  const bin = findPostgres()
  return bin === null ? null : await startCluster(bin)
}

/** Debian keeps initdb out of PATH, one folder a version: the newest is taken. */
export function findPostgres(): string | null {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))) ?? null
}

/** PostgreSQL refuses to run as root, so root runs it as somebody else. */
export function findRunner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const id = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' })
    if (id('-u').status === 0) return { uid: Number(id('-u').stdout), gid: Number(id('-g').stdout) }
  }
  throw new Error('Root may not run PostgreSQL, and there is no user postgres or nobody to run it as')
}

async function startCluster(bin: string): Promise<Postgres> {
  const runner = findRunner()
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  const asRunner = { ...(runner ?? {}), cwd: folder }
  if (runner !== null) chownSync(folder, runner.uid, runner.gid)

  const data = join(folder, 'data')
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), initdb, { ...asRunner, stdio: ['ignore', 'ignore', 'inherit'] })

  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    max_connections: 200,
    // Nothing here outlives the tests, so nothing has to reach the disk.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...flags], {
    ...asRunner,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log: string[] = []
  server.stderr.on('data', (text: Buffer) => log.splice(0, Math.max(0, log.push(text.toString()) - 50)))

  // The cluster must not outlive a test run that dies: SIGINT ends the server at once.
  const end = () => server.kill('SIGINT')
  process.once('exit', end)
  const stop = async () => {
    process.off('exit', end)
    await ended(server, end)
    rmSync(folder, { recursive: true, force: true })
  }

  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  if (!(await answers(url, server))) {
    await stop()
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`)
  }
  return { url, stop }
}

async function ended(server: ChildProcess, end: () => void): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = new Promise((resolve) => server.once('exit', resolve))
  end()
  await exited
}

async function answers(url: string, server: ChildProcess): Promise<boolean> {
  const until = Date.now() + startSeconds * 1000
  while (Date.now() < until && server.exitCode === null) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return true
    } catch {
      await wait(50)
    } finally {
      await client.end().catch(() => {})
    }
  }
  return false
}

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}
