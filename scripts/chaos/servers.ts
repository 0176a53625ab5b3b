import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../test/support/postgres.ts'
import { waitFor } from '../walkthrough/parallel.ts'
import { Child } from './child.ts'

const root = resolve(import.meta.dirname, '../..')

/** One server process that is started again whenever it ends, as an operator's supervisor would. */
export class ServerProcess {
  readonly name: string
  readonly port: number
  /** Where its code is: another tree for another version. */
  root = root
  /** Flags for Node, before the script. */
  flags: string[] = []
  /** Settings that are not as the others'. */
  ownSettings: Record<string, string> = {}
  readonly settings: Record<string, string>
  /** How it ended when nobody told it to: it must live on, whatever is done to others. */
  readonly endedItself: string[] = []
  readonly logFile: string
  #child: Child | null = null
  #isWanted = false
  #loop: Promise<void> = Promise.resolve()

  private constructor(name: string, port: number, env: Record<string, string>, logFolder: string) {
    this.name = name
    this.port = port
    this.settings = env
    this.logFile = join(logFolder, `${name}.log`)
  }

  static async create(name: string, env: Record<string, string>, logFolder: string): Promise<ServerProcess> {
    return new ServerProcess(name, await freePort(), env, logFolder)
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    this.#isWanted = true
    this.#loop = this.#keepRunning()
    await this.isReady()
  }

  async isReady(seconds = 180): Promise<void> {
    await waitFor(`${this.name} to be ready`, seconds, async () => ((await this.#answers()) ? true : null))
  }

  /** SIGKILL; its supervisor starts it again at once. */
  kill(): void {
    this.#child?.signal('SIGKILL')
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.signal(name)
  }

  /** Ends it for good, or until the next `start`. */
  async stop(how: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#isWanted = false
    this.#child?.signal(how)
    await this.#loop
  }

  async #keepRunning(): Promise<void> {
    while (this.#isWanted) {
      const startedAt = Date.now()
      const env = {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...this.settings,
        ...this.ownSettings,
        PORT: String(this.port),
      }
      const args = [...this.flags, join(this.root, 'server/main.ts')]
      this.#child = new Child(process.execPath, args, { env, cwd: this.root, logFile: this.logFile })
      await this.#child.ended
      if (this.#child.endedItself !== null) this.endedItself.push(this.#child.endedItself)
      // One that cannot start, as while its database is away, is not started a hundred times a second.
      if (Date.now() - startedAt < 2000) await wait(200)
    }
  }

  async #answers(): Promise<boolean> {
    return await fetch(`http://127.0.0.1:${this.port}/health/ready`, { signal: AbortSignal.timeout(10_000) }).then(
      (answer) => answer.ok,
      () => false,
    )
  }
}
