import * as audit from '../../protocol/api/audit.ts'
import { pause, waitFor } from './parallel.ts'
import type { Answered } from './partner.ts'
import type { Staff } from './staff.ts'

type PostState = Answered<typeof audit.getPost>

/** What waited in the town before the story began is not the story's to wait for. */
export async function readPost({ officer }: Staff): Promise<PostState> {
  return await officer.call(audit.getPost)
}

/**
 * Runs evening posts until nothing waits any more: no acceptance, note without a sheet, transaction, revocation or
 * refund, beyond what waited `before` the story. Answers how many it took; throws when `seconds` were not enough.
 */
export async function postUntilFinal({ officer }: Staff, before: PostState, seconds: number): Promise<number> {
  const until = Date.now() + seconds * 1000
  for (let posts = 1; ; posts++) {
    await officer.call(audit.runPost, { body: { sheets: 'now' } })
    const state = await settled(officer)
    const late = waiting(state, before)
    if (late.length === 0) return posts
    if (Date.now() > until)
      throw new Error(`After ${posts} evening posts in ${seconds} s there still waits: ${late.join(', ')}`)
    // A town whose posts are a minute apart takes minutes: nobody shall think that nothing happens.
    if (posts % 5 === 0) console.error(`      … after ${posts} evening posts there still waits: ${late.join(', ')}`)
    await pause(Math.min(500 * 1.15 ** posts, 10_000))
  }
}

/** Waits until the outbox is empty. */
async function settled(officer: Staff['officer']): Promise<PostState> {
  return await waitFor('the outbox to empty', 60, async () => {
    const state = await officer.call(audit.getPost)
    return state.outboxPending === 0 ? state : null
  })
}

const countsOfWaiting = [
  'unpostedCount',
  'unsheetedNotes',
  'outboxPending',
  'revokesPending',
  'refundsPending',
  'waitingForGuarantee',
] as const

function waiting(state: PostState, before: PostState): string[] {
  return countsOfWaiting
    .filter((name) => state[name] > before[name])
    .map((name) => `${name} ${state[name] - before[name]}`)
}
