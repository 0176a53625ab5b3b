import { StaffScreen } from '../staff/StaffScreen.tsx'
import { fullDay, shortSum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { type Case, type Decision, makeCode } from './deskData.ts'
import { screens } from './screens.ts'
import { standingOf } from './terms.ts'
import { words } from './words.ts'

/** What came of a decision, and the one thing to do next: a code, when there is no phone yet. */
export function DoneScreen({ one, title, decision }: { one: Case; title: string; decision: Decision }) {
  const t = words().done
  const standing = standingOf(decision)
  const isUsable = standing === 'granted' || standing === 'waiting_for_review'
  const amount = decision.amountCents === null ? '' : shortSum(BigInt(decision.amountCents))
  const [act, code] = useAct(async () => {
    await makeCode(one.id)
    screens.replace({ is: 'code', caseId: one.id })
  })
  const needsCode = isUsable && !one.hasWallet
  const heading = isUsable ? t.granted(amount) : standing === 'waiting_for_second' ? t.waiting : t.refused

  return (
    <StaffScreen
      title={heading}
      isMiddle
      foot={
        <>
          {needsCode && (
            <Button isBusy={act.is === 'busy'} onClick={() => void code()}>
              <Icon name="code" /> {t.makeCode}
            </Button>
          )}
          <Button kind={needsCode ? 'quiet' : 'main'} onClick={screens.back}>
            {t.toCase}
          </Button>
        </>
      }
    >
      <div class="form">
        <Notice is={isUsable ? 'yes' : standing === 'waiting_for_second' ? 'waiting' : 'plain'}>
          <p class="done-heading">{title}</p>
          <p>
            {one.pseudonym}
            {decision.validUntil !== null && ` · ${words().need.until(fullDay(new Date(decision.validUntil)))}`}
          </p>
          {standing === 'waiting_for_second' && <p>{t.waitingLead}</p>}
          {standing === 'waiting_for_review' && <p>{t.emergencyLead}</p>}
          {isUsable && <p>{one.hasWallet ? t.inPhone : t.noPhone}</p>}
        </Notice>
        {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      </div>
    </StaffScreen>
  )
}
