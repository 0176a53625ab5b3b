import { useMemo, useState } from 'preact/hooks'
import type { grantByReference } from '../../../protocol/api/grants.ts'
import { StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { shortSum } from '../text/format.ts'
import { Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { DoneScreen } from './DoneScreen.tsx'
import { Main, type NeedFormProps } from './NeedForm.tsx'
import { screens } from './screens.ts'
import { TermsFields, useTerms, whyNoTerms } from './TermsFields.tsx'
import type { Terms } from './terms.ts'
import { words } from './words.ts'

/** A decision that was made in the case system: its number, amount and end. */
export function ReferenceForm({ title, one, programme, template }: Omit<NeedFormProps, 'recorded'>) {
  const t = words().grant
  const id = useMemo(() => crypto.randomUUID(), [])
  const [decisionNumber, setNumber] = useState('')
  const typed = useTerms(programme, template)
  const [act, grant] = useAct(({ amountCents, validUntil }: Terms) =>
    callStaff<typeof grantByReference>('post', '/api/desk/grants', {
      body: {
        ...{ id, case: one.id, programme: programme.id, decisionNumber: decisionNumber.trim() },
        ...{ amountCents: amountCents.toString(), validUntil },
      },
    }),
  )
  if (act.is === 'done') return <DoneScreen one={one} title={title} decision={act.value} />

  const { terms } = typed
  return (
    <StaffScreen
      title={title}
      onBack={screens.back}
      foot={
        <Main
          act={act}
          missing={decisionNumber.trim() === '' ? t.decisionNumberFirst : whyNoTerms(programme, typed)}
          onClick={() => terms !== null && void grant(terms)}
        >
          {t.grant(terms === null ? '' : shortSum(terms.amountCents))}
        </Main>
      }
    >
      <div class="form">
        <p class="quiet">{one.pseudonym}</p>
        <Field label={t.decisionNumber} value={decisionNumber} onInput={setNumber} maxLength={60} />
        <TermsFields programme={programme} of={typed} />
        {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      </div>
    </StaffScreen>
  )
}
