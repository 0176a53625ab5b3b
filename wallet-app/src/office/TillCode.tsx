import { useState } from 'preact/hooks'
import type { issueTillCode } from '../../../protocol/api/network.ts'
import { joinLink } from '../api/links.ts'
import { BigCode } from '../staff/BigCode.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { Button } from '../ui/Button.tsx'
import { Check, Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import type { Merchant } from './officeData.ts'
import { words } from './words.ts'

/** A code that makes a device a till of this merchant. */
export function TillCode({ of: one }: { of: Merchant }) {
  const t = words().merchant
  const [tillName, setName] = useState('')
  const [acceptsAhead, setAhead] = useState(false)
  const [act, make] = useAct(() =>
    callStaff<typeof issueTillCode>('post', '/api/office/merchants/:merchant/till-codes', {
      params: { merchant: one.id },
      body: { tillName: tillName.trim(), acceptsAhead },
    }),
  )
  return (
    <form
      class="card stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <h2>{t.tillCode}</h2>
      <p class="quiet">{t.tillCodeLead}</p>
      <Field label={t.tillName} value={tillName} onInput={setName} maxLength={40} />
      <Check label={t.ahead} isOn={acceptsAhead} onChange={setAhead} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div>
        <Button type="submit" isBusy={act.is === 'busy'} missing={tillName.trim() === '' ? t.tillNameFirst : null}>
          {t.makeCode}
        </Button>
      </div>
      {act.is === 'done' && (
        <div class="stack tight" role="status">
          <BigCode
            code={act.value.code}
            link={joinLink(location.origin, act.value.code)}
            expiresAt={act.value.expiresAt}
          />
          <p class="quiet">{t.tillCodeUse}</p>
        </div>
      )}
    </form>
  )
}
