import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

export interface ChildOptions {
  env?: Record<string, string | undefined>
  cwd?: string
  uid?: number
  gid?: number
  /** Everything it says is appended here. */
  logFile: string
  /** How it is ended when this process ends. */
  lastSignal?: NodeJS.Signals
}

const running = new Map<Child, NodeJS.Signals>()
process.once('exit', () => {
  for (const [child, signal] of running) child.signal(signal)
})

/** A process that we started: chaos sends its signals to such only, by their number. */
export class Child {
  readonly ended: Promise<void>
  /** How it ended by itself; null while it runs, and when a signal of ours ended it. */
  endedItself: string | null = null
  readonly #process: ChildProcess
  #isToEnd = false

  constructor(command: string, args: readonly string[], { logFile, lastSignal = 'SIGKILL', ...options }: ChildOptions) {
    const log = openSync(logFile, 'a')
    this.#process = spawn(command, args, { ...options, stdio: ['ignore', log, log] })
    closeSync(log)
    running.set(this, lastSignal)
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        running.delete(this)
        if (!this.#isToEnd) this.endedItself = how
        resolve()
      }
      this.#process.once('exit', (code, signal) => end(signal ?? `code ${code}`))
      this.#process.once('error', (error) => end(error.message))
    })
  }

  get isRunning(): boolean {
    return running.has(this)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  signal(name: NodeJS.Signals): void {
    if (!this.isRunning) return
    this.#isToEnd ||= name !== 'SIGSTOP' && name !== 'SIGCONT'
    this.#process.kill(name)
  }

  /** Sends a signal and waits until the process is gone. */
  async end(name: NodeJS.Signals): Promise<void> {
    this.signal(name)
    await this.ended
  }
}
