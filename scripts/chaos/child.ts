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
  readonly #process: ChildProcess

  constructor(command: string, args: readonly string[], { logFile, lastSignal = 'SIGKILL', ...options }: ChildOptions) {
    const log = openSync(logFile, 'a')
    this.#process = spawn(command, args, { ...options, stdio: ['ignore', log, log] })
    closeSync(log)
    running.set(this, lastSignal)
    this.ended = new Promise((resolve) => {
      const end = () => {
        running.delete(this)
        resolve()
      }
      this.#process.once('exit', end).once('error', end)
    })
  }

  get isRunning(): boolean {
    return running.has(this)
  }

  signal(name: NodeJS.Signals): void {
    if (this.isRunning) this.#process.kill(name)
  }

  /** Sends a signal and waits until the process is gone. */
  async end(name: NodeJS.Signals): Promise<void> {
    this.signal(name)
    await this.ended
  }
}
