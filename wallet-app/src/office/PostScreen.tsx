import type { getPost, payGuarantee, runPost } from '../../../protocol/api/audit.ts'
import { isUnknown } from '../api/refused.ts'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff, isOne } from '../staff/staffSession.ts'
import { useLoad, useRepeat } from '../staff/useLoad.ts'
import { fullDay, sum, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Waiting } from '../ui/Status.tsx'
import { useAct } from '../ui/useAct.ts'
import { Facts } from './Facts.tsx'
import type { PostState } from './officeData.ts'
import { words } from './words.ts'

const calmMs = 15_000
const underWayMs = 1500

/** Where the evening post stands, and running it now. */
export function PostScreen() {
  const t = words().post
  const loaded = useLoad(() => callStaff<typeof getPost>('get', '/api/office/post', {}))
  const post = loaded.value
  const [act, run] = useAct(async (sheets: 'by_rule' | 'now') => {
    try {
      loaded.set(await callStaff<typeof runPost>('post', '/api/office/post', { body: { sheets } }))
    } catch (error) {
      // A run may outlast our patience; what it does is seen by asking.
      if (!isUnknown(error)) throw error
      loaded.reload()
    }
  })
  const isRunning = act.is === 'busy' || (post !== null && post.stage !== 'idle')
  useRepeat(loaded.reload, true, isRunning ? underWayMs : calmMs)

  return (
    <StaffScreen title={t.title}>
      <p class="quiet">{t.lead}</p>
      <LoadState of={loaded} />
      {post !== null && (
        <div class="columns">
          <State of={post} isRunning={isRunning} />
          <div class="stack">
            {isOne('officer') && (
              <section class="card stack tight" aria-label={t.run}>
                <Button isBusy={isRunning} onClick={() => void run('by_rule')}>
                  {t.run}
                </Button>
                <Button kind="quiet" isBusy={isRunning} onClick={() => void run('now')}>
                  {t.runSheets}
                </Button>
                <p class="quiet">{t.runSheetsLead}</p>
                {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
              </section>
            )}
            {post.waitingForGuarantee > 0 && isOne('finance') && <Guarantee onQueued={loaded.reload} />}
          </div>
        </div>
      )}
    </StaffScreen>
  )
}

function State({ of: post, isRunning }: { of: PostState; isRunning: boolean }) {
  const t = words().post
  const last = post.lastRunAt === null ? null : new Date(post.lastRunAt)
  return (
    <div class="stack tight">
      {isRunning && (
        <div class="stack tight" role="status">
          <span>{t.running}</span>
          <Waiting />
        </div>
      )}
      <Facts
        of={[
          [t.stage, t.stages[post.stage as keyof typeof t.stages] ?? post.stage],
          [t.lastRun, last === null ? t.never : `${fullDay(last)} ${timeOfDay(last)}`],
          [t.unposted, `${post.unpostedCount} · ${sum(BigInt(post.unpostedCents))}`],
          [t.posted, String(post.postedCount)],
          [t.unsheeted, String(post.unsheetedNotes)],
          [t.revokes, String(post.revokesPending)],
          [t.refunds, String(post.refundsPending)],
          [t.outbox, String(post.outboxPending)],
          [t.guarantee, String(post.waitingForGuarantee)],
        ]}
      />
    </div>
  )
}

function Guarantee({ onQueued }: { onQueued: () => void }) {
  const t = words().post
  const [act, pay] = useAct(async () => {
    const { queued } = await callStaff<typeof payGuarantee>('post', '/api/office/guarantee', { body: {} })
    onQueued()
    return queued
  })
  return (
    <section class="card stack tight" aria-label={t.payGuarantee}>
      <Button kind="quiet" isBusy={act.is === 'busy'} onClick={() => void pay()}>
        {t.payGuarantee}
      </Button>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      {act.is === 'done' && <Notice is="yes">{t.queued(String(act.value))}</Notice>}
    </section>
  )
}
