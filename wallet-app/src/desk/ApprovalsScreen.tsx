import { useState } from 'preact/hooks'
import type { approveDecision, listApprovals } from '../../../protocol/api/grants.ts'
import type { Answer } from '../api/client.ts'
import { ReasonField, whyNoReason } from '../staff/ReasonField.tsx'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { fullDay, sum } from '../text/format.ts'
import { language } from '../text/text.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Badge, Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { CheckResultView } from './CheckView.tsx'
import { words } from './words.ts'

type Approval = Answer<typeof listApprovals>['approvals'][number]

/** What waits for a second person: above a worker's limit, or granted in an emergency and to be reviewed. */
export function ApprovalsScreen() {
  const t = words().approvals
  const loaded = useLoad(
    async () => (await callStaff<typeof listApprovals>('get', '/api/desk/approvals', {})).approvals,
  )
  return (
    <StaffScreen
      title={t.title}
      action={
        <Button kind="bare" isBusy={loaded.isBusy} onClick={loaded.reload}>
          {staffWords().reload}
        </Button>
      }
    >
      <LoadState of={loaded} />
      {loaded.value?.length === 0 && <p class="quiet">{t.none}</p>}
      <div class="need-list">
        {loaded.value?.map((approval) => (
          <ApprovalCard key={approval.decision} of={approval} />
        ))}
      </div>
    </StaffScreen>
  )
}

function ApprovalCard({ of: one }: { of: Approval }) {
  const t = words()
  const [reason, setReason] = useState('')
  const [act, start] = useAct(async (approve: boolean) => {
    await callStaff<typeof approveDecision>('post', '/api/desk/decisions/:decision/approval', {
      params: { decision: one.decision },
      body: { approve, reason: reason.trim() },
    })
    return approve
  })
  const isBusy = act.is === 'busy'
  return (
    <article class="card need">
      <header class="row apart">
        <h2>{one.programmeName[language.value]}</h2>
        <b class="amount">{sum(BigInt(one.amountCents))}</b>
      </header>
      <p class="side-note">
        {one.pseudonym} · {t.need.until(fullDay(new Date(one.validUntil)))} · {t.approvals.asks(one.decidedBy)}
      </p>
      {one.isEmergency && (
        <div class="row">
          <Badge is="waiting">{t.need.emergency}</Badge>
          <span class="side-note">{t.approvals.emergencyLead}</span>
        </div>
      )}
      {one.reason !== '' && <p>{one.reason}</p>}
      {one.check !== null && (
        <details class="more">
          <summary>
            {t.check.title}: {t.check.outcome[one.check.outcome]}
          </summary>
          <CheckResultView check={one.check} />
        </details>
      )}
      {act.is === 'done' ? (
        <Notice is={act.value ? 'yes' : 'plain'}>{act.value ? t.approvals.approved : t.approvals.turnedDown}</Notice>
      ) : (
        <>
          <ReasonField value={reason} onInput={setReason} ready={Object.values(t.approvals.ready)} />
          {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
          <div class="row">
            <Button isBusy={isBusy} missing={whyNoReason(reason)} onClick={() => void start(true)}>
              <Icon name="tick" size={20} /> {t.approvals.approve}
            </Button>
            <Button kind="danger" isBusy={isBusy} missing={whyNoReason(reason)} onClick={() => void start(false)}>
              {t.approvals.turnDown}
            </Button>
          </div>
        </>
      )}
    </article>
  )
}
