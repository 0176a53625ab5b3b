import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { findPostgres, findRunner, freePort } from '../../test/support/postgres.ts'
import { Child } from './child.ts'

const startSeconds = 30

export interface ClusterOptions {
  /** Whether its disk may be a small one in memory, which can be filled. */
  mayBeSmall?: boolean
  /** Of postgresql.conf, where they are not chaos' own. */
  settings?: Record<string, string>
}

/** A PostgreSQL of chaos' own that keeps its promises as a real one: nothing is switched off that a crash would need. */
export class Cluster {
  readonly url: string
  readonly folder: string
  /** On a disk of its own, which can be filled. */
  readonly isSmall: boolean
  readonly #bin: string
  readonly #port: number
  readonly #runner = findRunner() ?? {}
  readonly #settings: Record<string, string>
  #child: Child | null = null

  private constructor(bin: string, folder: string, port: number, isSmall: boolean, settings: Record<string, string>) {
    this.isSmall = isSmall
    this.#settings = settings
    this.#bin = bin
    this.folder = folder
    this.#port = port
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
  }

  /** Throws when PostgreSQL is not installed. */
  static async create(folder: string, { mayBeSmall = true, settings = {} }: ClusterOptions = {}): Promise<Cluster> {
    const bin = findPostgres()
    if (bin === null)
      throw new Error('PostgreSQL is not installed (apt-get install postgresql); or try --database pglite')
    mkdirSync(folder, { recursive: true })
    const isSmall = mayBeSmall && mountSmall(folder)
    const cluster = new Cluster(bin, folder, await freePort(), isSmall, settings)
    cluster.#own(folder)
    const initdb = ['-D', cluster.#data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C']
    execFileSync(join(bin, 'initdb'), initdb, {
      ...cluster.#runner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return cluster
  }

  /** Its postmaster's. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get #ballast(): string {
    return join(this.folder, 'ballast')
  }

  get #data(): string {
    return join(this.folder, 'data')
  }

  /** Resolves when it takes connections. Tries again: what is left of a killed server may hold its memory for a moment. */
  async start(): Promise<void> {
    const until = Date.now() + startSeconds * 1000
    while (Date.now() < until) {
      if (this.#child?.isRunning !== true) this.#child = this.#spawn()
      if (await this.#answers()) return
      await wait(10)
    }
    throw new Error(`PostgreSQL does not start; its log is ${join(this.folder, 'log')}`)
  }

  /** As `pg_ctl stop -m immediate`: no checkpoint, the next start recovers from the log. */
  async stopImmediately(): Promise<void> {
    await this.#child?.end('SIGQUIT')
  }

  /** The postmaster is gone without a word; its children notice by themselves. */
  async kill(): Promise<void> {
    await this.#child?.end('SIGKILL')
  }

  /** Nothing more can be written, until `empty`. */
  fill(): void {
    const chunk = Buffer.alloc(2 ** 20)
    const file = openSync(this.#ballast, 'a')
    try {
      for (;;) writeSync(file, chunk)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  /** There is room again. The server may have ended meanwhile: see `start`. */
  empty(): void {
    rmSync(this.#ballast, { force: true })
  }

  /** Ends it and gives its disk back. */
  async remove(): Promise<void> {
    await this.stopImmediately()
    if (this.isSmall) execFileSync('umount', ['--lazy', this.folder])
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      await client.end().catch(() => {})
    }
  }

  #spawn(): Child {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.#port,
      unix_socket_directories: this.folder,
      max_connections: 200,
      max_wal_size: '128MB',
      min_wal_size: '32MB',
      ...this.#settings,
    }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const logFile = join(this.folder, '..', 'postgres.log')
    const options = { ...this.#runner, cwd: this.folder, logFile, lastSignal: 'SIGQUIT' as const }
    return new Child(join(this.#bin, 'postgres'), ['-D', this.#data, ...flags], options)
  }

  async #answers(): Promise<boolean> {
    return await this.query('select 1').then(
      () => true,
      () => false,
    )
  }

  #own(path: string): void {
    const { uid, gid } = this.#runner as { uid?: number; gid?: number }
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
  }
}

const diskBytes = 2 ** 29

/** A disk in memory, of a size that can be filled in a moment. False where one may not be mounted, as without root. */
function mountSmall(folder: string): boolean {
  const options = ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder]
  const isMounted = spawnSync('mount', options, { stdio: 'ignore' }).status === 0
  // What is mounted outlives everybody who uses it.
  if (isMounted) process.once('exit', () => spawnSync('umount', ['--lazy', folder], { stdio: 'ignore' }))
  return isMounted
}
