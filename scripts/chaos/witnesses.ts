import { readFileSync } from 'node:fs'
import { verifyAuditLog } from '../../protocol/api/audit.ts'
import { waitFor } from '../walkthrough/parallel.ts'
import type { Cluster } from './database.ts'
import type { Broken } from './invariants.ts'
import { surely, tries } from './patience.ts'
import type { ServerProcess } from './servers.ts'
import type { Town } from './town.ts'

const secondsToChain = 60

/** The audit log is whole, everything from before is chained, and each green light stands in it once. */
export async function checkAuditLog(town: Town, database: Cluster | null, broken: Broken): Promise<void> {
  const now = new Date()
  const verify = () => surely(() => town.staff.auditor.call(verifyAuditLog))
  const { broken: harm } = await verify()
  broken.must(harm === null, `The audit log is not whole: row ${harm?.row} ${harm?.what}. ${harm?.because}`)
  const isChained = await waitFor('the audit log to be chained', secondsToChain, async () => {
    const { oldestWaitingAt } = await verify()
    return oldestWaitingAt === null || oldestWaitingAt > now ? true : null
  }).catch(() => false)
  broken.must(isChained, `After ${secondsToChain} s, rows of the audit log are not chained`)
  if (database === null) return

  const rows = await database.query<{ subject: string; count: number }>(`
    select subject, count(*)::int as count
    from (select action, subject from audit_log union all select action, subject from access_log) as entries
    where action = 'accepted payment' group by subject`)
  const counts = new Map(rows.map(({ subject, count }) => [subject, count]))
  for (const { receipt } of town.acknowledged.all) {
    const count = counts.get(receipt.payment) ?? 0
    broken.must(count === 1, `Payment ${receipt.payment} stands ${count} times in the audit log`)
  }
}

/** No server ended by itself, called anything a bug, or complained of what cannot come from what was done to it. */
export function checkServers(servers: readonly ServerProcess[], broken: Broken): void {
  for (const { name, endedItself, logFile } of servers) {
    broken.must(endedItself.length === 0, `${name} ended by itself: ${endedItself.join(', ')}`)
    for (const complaint of complaintsIn(readFileSync(logFile, 'utf8')))
      broken.must(false, `${name} says: ${complaint}`)
  }
  for (const [asked, count] of tries.bugs) broken.must(false, `${count} times: ${asked}`)
}

interface Line {
  level: number
  msg: string
  sqlState?: string
  name?: string
  message?: string
}

/** What is told of senders without gas, a contract that was paused, a nonce that somebody else took, a node that is behind. */
const aboutTheChain: ReadonlySet<string> = new Set([
  'The balance of a lane is low: top it up, or posting stops',
  'A transaction reverted',
  'Another transaction took this nonce for good: the same call is signed anew',
  'RPC_URL answers as nodes that disagree: no event is read',
])
/** Work that is tried again: right when the database or the node was away, and wrong for any other cause. */
const triedAgain: ReadonlySet<string> = new Set([
  'A job failed; it is tried again',
  'The chain work stopped; it is tried again',
])
// A node that is behind knows nothing of a contract that is younger than its last block.
const away = /^(08|53|57P|58|25006)/
const awayWords =
  /ECONN|EPIPE|terminated|timeout exceeded|HTTP request failed|took too long|Internal error|socket hang up|returned no data/i

/** Lines of a server's log, errors and worse, that none of the faults explains. */
export function complaintsIn(log: string): string[] {
  const lines = log.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text) as Line] : []))
  return lines
    .filter(({ level }) => level >= 50)
    .filter(({ msg, sqlState, message }) => {
      const isExplained = sqlState === undefined ? awayWords.test(message ?? '') : away.test(sqlState)
      return !aboutTheChain.has(msg) && !(triedAgain.has(msg) && isExplained)
    })
    .map(({ msg, name, message, sqlState }) => [msg, name, sqlState ?? message].filter(Boolean).join(' · '))
}
