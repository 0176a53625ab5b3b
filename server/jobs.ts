import { inTransaction } from './db/transaction.ts'
import type { Deps } from './deps.ts'
import { postWhenDue } from './post/post.ts'
import { expireDue } from './vouchers/vouchers.ts'

export interface Jobs {
  /** Resolves when what was under way has ended. */
  stop(): Promise<void>
}

/**
 * What the server does by itself. Every job asks the database what is due, so any number of servers may run them all, and
 * a job that failed is simply done at its next turn.
 */
export function startJobs(deps: Deps): Jobs {
  const jobs = [
    repeat(deps, 'evening post', 2, () => postWhenDue(deps)),
    repeat(deps, 'expiry', 600, async () => {
      while ((await inTransaction(deps.db, (tx) => expireDue(tx, deps))) > 0);
    }),
  ]
  return {
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()))
    },
  }
}

/** The next turn begins so many seconds after the last one ended: a slow one is never run over. */
function repeat(deps: Deps, name: string, seconds: number, work: () => Promise<void>): Jobs {
  let isStopped = false
  let timer: NodeJS.Timeout
  let turn = Promise.resolve()
  const wait = () => {
    timer = setTimeout(() => {
      turn = work()
        .catch((error: unknown) =>
          deps.log.error({ job: name, error: nameOf(error) }, 'a job failed; it is tried again'),
        )
        .then(() => {
          if (!isStopped) wait()
        })
    }, seconds * 1000)
  }
  wait()
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await turn
    },
  }
}

/** A message may quote a row. */
function nameOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name} ${(error.stack ?? '').split('\n').find((line) => line.includes(' at ')) ?? ''}`
    : ''
}
