import { useMemo, useState } from 'preact/hooks'
import type { decideNeed, recordNeed } from '../../../protocol/api/grants.ts'
import { ReasonField, whyNoReason } from '../staff/ReasonField.tsx'
import { StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { common } from '../text/common.ts'
import { shortSum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Check, Choices, Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { type Act, useAct } from '../ui/useAct.ts'
import { CheckView } from './CheckView.tsx'
import { DoneScreen } from './DoneScreen.tsx'
import type { Case, Need, Programme, Template } from './deskData.ts'
import { forYouth } from './forYouth.ts'
import { screens } from './screens.ts'
import { TermsFields, useTerms, whyNoTerms } from './TermsFields.tsx'
import { words } from './words.ts'

export interface NeedFormProps {
  title: string
  one: Case
  programme: Programme
  template: Template | null
  /** A need that was recorded earlier. */
  recorded: Need | null
}

/** Where there are rules they are checked first, in a step of their own; without rules, one press records and decides. */
export function NeedForm({ title, one, programme, template, recorded }: NeedFormProps) {
  const t = words().grant
  const ids = useMemo(() => ({ need: crypto.randomUUID(), decision: crypto.randomUUID() }), [])
  const [need, setNeed] = useState(recorded)
  const [text, setText] = useState('')
  const [outcome, setOutcome] = useState<'granted' | 'refused'>('granted')
  const [reason, setReason] = useState('')
  const [isEmergency, setEmergency] = useState(false)
  const typed = useTerms(programme, template)

  async function record(): Promise<Need> {
    const made = await callStaff<typeof recordNeed>('post', '/api/desk/cases/:case/needs', {
      params: { case: one.id },
      body: { id: ids.need, programme: programme.id, text: text.trim(), facts: {} },
    })
    setNeed(made)
    return made
  }
  const [recording, startRecording] = useAct(record)
  const [deciding, decide] = useAct(async () => {
    const { id } = need ?? (await record())
    const base = { id: ids.decision, reason: reason.trim() }
    const { terms } = typed
    if (outcome === 'granted' && terms === null) throw new Error('Nothing to grant')
    return await callStaff<typeof decideNeed>('post', '/api/desk/needs/:need/decision', {
      params: { need: id },
      body:
        outcome === 'refused' || terms === null
          ? { ...base, outcome: 'refused' }
          : {
              ...base,
              outcome: 'granted',
              amountCents: terms.amountCents.toString(),
              validUntil: terms.validUntil,
              isEmergency,
            },
    })
  })
  if (deciding.is === 'done' && deciding.value.decision) {
    return <DoneScreen one={one} title={title} decision={deciding.value.decision} />
  }

  const isToCheck = need === null && programme.ruleSet !== null
  const noTerms = outcome === 'granted' ? whyNoTerms(programme, typed) : null
  const amount = typed.terms === null ? '' : shortSum(typed.terms.amountCents)
  return (
    <StaffScreen
      title={title}
      onBack={screens.back}
      foot={
        isToCheck ? (
          <Main act={recording} missing={noTerms} onClick={() => void startRecording()}>
            {t.record}
          </Main>
        ) : (
          <Main act={deciding} missing={noTerms ?? whyNoReason(reason)} onClick={() => void decide()}>
            {outcome === 'granted' ? t.grant(amount) : t.refuse}
          </Main>
        )
      }
    >
      <div class="form">
        <p class="quiet">{one.pseudonym}</p>
        {outcome === 'granted' && <TermsFields programme={programme} of={typed} />}
        {need === null ? (
          <Field label={t.text} hint={t.textHint} value={text} onInput={setText} lines={2} maxLength={2000} />
        ) : (
          need.text !== '' && <p>{need.text}</p>
        )}
        {need?.check && <CheckView need={need} check={need.check} onNeed={setNeed} />}
        {recording.is === 'failed' && <Notice is="no">{recording.because}</Notice>}
        {!isToCheck && (
          <>
            <Choices
              label={t.outcome}
              value={outcome}
              options={[
                { value: 'granted', text: t.yes },
                { value: 'refused', text: t.no },
              ]}
              onChange={setOutcome}
            />
            <ReasonField
              value={reason}
              onInput={setReason}
              hint={t.reasonHint}
              ready={forYouth[one.language][outcome === 'granted' ? 'grantReasons' : 'refusalReasons']}
            />
            {outcome === 'granted' && <Check label={t.emergency} isOn={isEmergency} onChange={setEmergency} />}
            {deciding.is === 'failed' && <Notice is="no">{deciding.because}</Notice>}
          </>
        )}
      </div>
    </StaffScreen>
  )
}

interface MainProps {
  act: Act<unknown>
  missing: string | null
  onClick: () => void
  children: string
}

export function Main({ act, missing, onClick, children }: MainProps) {
  const isBusy = act.is === 'busy'
  return (
    <Button isBusy={isBusy} missing={missing} onClick={onClick}>
      {isBusy ? common().loading : children}
    </Button>
  )
}
