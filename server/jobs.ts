import { reconcileWhenDue } from './audit/audit.ts'
import { chainAndAnchor } from './audit/auditLog.ts'
import type { Engine } from './db/database.ts'
import { type Queue, startQueue } from './db/queue.ts'
import { inTransaction } from './db/transaction.ts'
import type { Deps } from './deps.ts'
import { dropExpired } from './people/people.store.ts'
import { postWhenDue } from './post/post.ts'
import { expireDue } from './vouchers/vouchers.ts'

/** A run that somebody asked for, or that another server left, is gone on with after so long. */
const mostPostSeconds = 10
/** For so long, and the noticing, a row of the access log can be changed unseen. */
const auditSeconds = 5

/** What the servers do by themselves, one of them at a time. */
export function startJobs(deps: Deps, engine: Engine): Promise<Queue> {
  const chores = [
    {
      name: 'evening-post',
      noticedWithinSeconds: 1,
      turn: async () => Math.min(await postWhenDue(deps), mostPostSeconds),
    },
    {
      name: 'expiry',
      noticedWithinSeconds: 30,
      async turn() {
        while ((await inTransaction(deps.db, (tx) => expireDue(tx, deps))) > 0);
        return 600
      },
    },
    {
      name: 'audit-log',
      noticedWithinSeconds: 1,
      async turn() {
        await chainAndAnchor(deps)
        return auditSeconds
      },
    },
    {
      name: 'clean-up',
      noticedWithinSeconds: 30,
      async turn() {
        await dropExpired(deps.db, deps.now())
        return 600
      },
    },
    {
      name: 'reconcile',
      noticedWithinSeconds: 30,
      turn: () => reconcileWhenDue(deps),
    },
  ]
  return startQueue(engine, chores, deps.log)
}
