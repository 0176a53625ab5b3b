import pg from 'pg'
import type { Logger } from 'pino'
import type { News } from '../deps.ts'
import type { Engine } from './database.ts'
import { safeWords } from './safeWords.ts'

export interface OpenedNews extends News {
  close(): Promise<void>
}

const channel = 'kipina_news'
/** What is told within so long goes to the others in one message. */
const gatherMilliseconds = 10
const againMilliseconds = 1000
const patienceMilliseconds = 10_000
/** PostgreSQL takes 8,000 bytes in one message; a word has no comma. */
const mostInAMessage = 200
const mostLetters = 32

/**
 * News between the servers of one database. Told after the commit, not inside it: a commit that notifies waits in one queue
 * with all others that do, which would make payments wait for each other. So a process that dies in between tells nothing:
 * whoever waits looks for itself now and then.
 */
export async function openNews(engine: Engine, log: Logger): Promise<OpenedNews> {
  const here = new Listeners()
  if (engine.engine === 'pglite') {
    return { tell: (word) => here.hear(checked(word)), next: here.next, close: async () => here.close() }
  }
  const { pool } = engine
  const ear = new Ear(pool.options.connectionString ?? '', here, log)
  await ear.listen()
  const mouth = new Mouth(pool, log)
  return {
    tell(word) {
      here.hear(checked(word))
      mouth.say(word)
    },
    next: here.next,
    async close() {
      here.close()
      await Promise.all([mouth.close(), ear.close()])
    },
  }
}

function checked(word: string): string {
  if (word.length > mostLetters || word.includes(',')) throw new Error('This is no word for the news')
  return word
}

/** Who waits in this process, by the word that they wait for. */
class Listeners {
  readonly #waiting = new Map<string, Set<(isTold: boolean) => void>>()
  #isClosed = false

  next: News['next'] = (word, milliseconds, signal) =>
    new Promise((resolve) => {
      if (this.#isClosed || signal?.aborted) return resolve(!this.#isClosed)
      const those = this.#waiting.get(word) ?? new Set()
      this.#waiting.set(word, those)
      const end = (isTold: boolean) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', stop)
        those.delete(end)
        if (those.size === 0 && this.#waiting.get(word) === those) this.#waiting.delete(word)
        resolve(isTold)
      }
      const stop = () => end(true)
      const timer = setTimeout(stop, milliseconds)
      signal?.addEventListener('abort', stop)
      those.add(end)
    })

  hear(word: string): void {
    for (const end of [...(this.#waiting.get(word) ?? [])]) end(true)
  }

  hearAll(): void {
    for (const word of [...this.#waiting.keys()]) this.hear(word)
  }

  close(): void {
    this.#isClosed = true
    for (const those of [...this.#waiting.values()]) for (const end of [...those]) end(false)
  }
}

/** Gathers what is told, and never makes anybody wait for it. */
class Mouth {
  readonly #pool: pg.Pool
  readonly #log: Logger
  #words = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #sent: Promise<unknown> = Promise.resolve()

  constructor(pool: pg.Pool, log: Logger) {
    this.#pool = pool
    this.#log = log
  }

  say(word: string): void {
    this.#words.add(word)
    this.#timer ??= setTimeout(() => this.#send(), gatherMilliseconds)
  }

  #send(): void {
    this.#timer = null
    const words = [...this.#words]
    this.#words = new Set()
    const messages = Array.from({ length: Math.ceil(words.length / mostInAMessage) }, (_, n) =>
      words.slice(n * mostInAMessage, (n + 1) * mostInAMessage).join(','),
    )
    this.#sent = this.#pool
      .query('select pg_notify($1, message) from unnest($2::text[]) message', [channel, messages])
      .catch((error: unknown) => this.#log.warn(safeWords(error), 'The other servers were not told the news'))
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#words.size > 0) this.#send()
    await this.#sent
  }
}

/** A connection of its own, for the pool's are lent to others; made anew whenever it breaks. */
class Ear {
  readonly #connectionString: string
  readonly #here: Listeners
  readonly #log: Logger
  #client: pg.Client | null = null
  #timer: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(connectionString: string, here: Listeners, log: Logger) {
    this.#connectionString = connectionString
    this.#here = here
    this.#log = log
  }

  async listen(): Promise<void> {
    const connectionString = this.#connectionString
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: patienceMilliseconds, keepAlive: true })
    let isLost = false
    const lost = (error?: unknown) => {
      if (isLost) return
      isLost = true
      if (this.#isClosed) return
      this.#log.warn(error === undefined ? {} : safeWords(error), 'News of other servers come late for a while')
      this.#timer = setTimeout(() => void this.listen(), againMilliseconds)
      client.end().catch(() => {})
    }
    client.on('error', lost).on('end', () => lost())
    client.on('notification', ({ payload }) => {
      for (const word of (payload ?? '').split(',')) this.#here.hear(word)
    })
    this.#client = client
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      // What was told meanwhile was told to nobody here.
      this.#here.hearAll()
    } catch (error) {
      lost(error)
    }
    if (this.#isClosed) await client.end().catch(() => {})
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#client?.end().catch(() => {})
  }
}
