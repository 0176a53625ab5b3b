import * as audit from '../../protocol/api/audit.ts'
import { pause, waitFor } from './parallel.ts'
import type { Answered } from './partner.ts'
import type { Staff } from './staff.ts'

type PostState = Answered<typeof audit.getPost>

/**
 * Runs evening posts until nothing waits any more: no acceptance, note without a sheet, transaction, revocation or
 * refund. Throws when that has not come after `seconds`.
 */
export async function postUntilFinal(
  { officer }: Staff,
  seconds: number,
): Promise<{ posts: number; state: PostState }> {
  let posts = 0
  const until = Date.now() + seconds * 1000
  for (;;) {
    await officer.call(audit.runPost, { body: { sheets: 'now' } })
    posts++
    const state = await settled(officer)
    if (isQuiet(state)) return { posts, state }
    if (Date.now() > until)
      throw new Error(`After ${posts} evening posts in ${seconds} s there still waits ${waiting(state)}`)
    await pause(300)
  }
}

/** Waits until the outbox is empty. */
async function settled(officer: Staff['officer']): Promise<PostState> {
  return await waitFor('the outbox to empty', 60, async () => {
    const state = await officer.call(audit.getPost)
    return state.outboxPending === 0 ? state : null
  })
}

function isQuiet(state: PostState): boolean {
  const { unpostedCount, unsheetedNotes, outboxPending, revokesPending, refundsPending } = state
  return unpostedCount + unsheetedNotes + outboxPending + revokesPending + refundsPending === 0
}

function waiting(state: PostState): string {
  return Object.entries(state)
    .filter(([name, value]) => typeof value === 'number' && value > 0 && name !== 'postedCount')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
