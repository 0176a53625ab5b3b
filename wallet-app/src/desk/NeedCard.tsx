import { fullDay, shortDay, sum } from '../text/format.ts'
import { language } from '../text/text.ts'
import { Button } from '../ui/Button.tsx'
import { Badge } from '../ui/Notice.tsx'
import { AfterDecision } from './AfterDecision.tsx'
import type { Decision, Need } from './deskData.ts'
import { screens } from './screens.ts'
import { type Standing, standingOf } from './terms.ts'
import { words } from './words.ts'

export interface NeedCardProps {
  caseId: string
  need: Need
  onChanged: () => void
}

/** A need, its decision, and how help landed. */
export function NeedCard({ caseId, need, onChanged }: NeedCardProps) {
  const t = words().need
  const { decision } = need
  return (
    <article class="card need">
      <header class="row apart">
        <h3>{need.programmeName[language.value]}</h3>
        {decision?.amountCents && <b class="amount">{sum(BigInt(decision.amountCents))}</b>}
      </header>
      {need.text !== '' && <p>{need.text}</p>}
      {decision === null ? (
        <div class="row apart">
          <span class="row">
            <Badge is="waiting">{t.undecided}</Badge>
            <span class="quiet">{t.recordedOn(shortDay(new Date(need.createdAt)))}</span>
          </span>
          <Button kind="quiet" onClick={() => screens.go({ is: 'decide', caseId, need: need.id })}>
            {t.decide}
          </Button>
        </div>
      ) : (
        <DecisionView decision={decision} onChanged={onChanged} />
      )}
    </article>
  )
}

const badgeOf: Record<Standing, 'yes' | 'no' | 'waiting' | 'plain'> = {
  granted: 'yes',
  refused: 'no',
  waiting_for_second: 'waiting',
  waiting_for_review: 'waiting',
  turned_down: 'no',
  ended: 'plain',
}

function DecisionView({ decision, onChanged }: { decision: Decision; onChanged: () => void }) {
  const t = words().need
  const standing = standingOf(decision)
  const { landed, validUntil } = decision
  const canChange = decision.outcome === 'granted' && (landed === 'not_used' || landed === 'partly_used')
  return (
    <>
      <div class="row">
        <Badge is={badgeOf[standing]}>{t.state[standing]}</Badge>
        {decision.isEmergency && standing !== 'waiting_for_review' && <Badge is="plain">{t.emergency}</Badge>}
        {landed !== null && (
          <span class={`landed ${landed}`} title={t.landedTitle}>
            <Landed is={landed} /> {t.landed[landed]}
          </span>
        )}
      </div>
      {decision.reason !== '' && <p class="side-note">{decision.reason}</p>}
      <p class="side-note">
        {t.decidedOn(decision.decidedBy, shortDay(new Date(decision.decidedAt)))}
        {decision.approvedBy !== null && ` · ${t.second(decision.approvedBy)}`}
        {validUntil !== null && standing !== 'ended' && ` · ${t.until(fullDay(new Date(validUntil)))}`}
      </p>
      {canChange && <AfterDecision decision={decision} onChanged={onChanged} />}
    </>
  )
}

const filled = { not_used: 0, partly_used: 50, used: 100, ended: 0 } as const

/** A small glass: empty, half, full; crossed out when it ended. The words beside it say the same. */
function Landed({ is }: { is: keyof typeof filled }) {
  const height = (filled[is] / 100) * 12
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <rect x="2" y={14 - height} width="12" height={height} fill="currentColor" />
      <rect x="2" y="2" width="12" height="12" rx="2" fill="none" stroke="currentColor" stroke-width="1.6" />
      {is === 'ended' && <path d="M4.500 4.500l7 7m0-7l-7 7" stroke="currentColor" stroke-width="1.6" />}
    </svg>
  )
}
