import { useState } from 'preact/hooks'
import type { approveMerchant, suspendMerchant } from '../../../protocol/api/network.ts'
import { ReasonField, whyNoReason } from '../staff/ReasonField.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useRepeat } from '../staff/useLoad.ts'
import { common } from '../text/common.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { fieldFault, type Merchant } from './officeData.ts'
import { words } from './words.ts'

interface Props {
  of: Merchant
  onChanged: () => void
}

/** The second person's yes, with the account typed again. */
export function ApproveMerchant({ of: one, onChanged }: Props) {
  const t = words().merchant
  const [iban, setIban] = useState('')
  const [act, approve] = useAct(async () => {
    await callStaff<typeof approveMerchant>('post', '/api/office/merchants/:merchant/approve', {
      params: { merchant: one.id },
      body: { iban: iban.trim() },
    })
  })
  // It is approved when its registration is final on chain.
  useRepeat(onChanged, act.is === 'done', 1500)
  if (act.is === 'done') return <Notice is="waiting">{t.registering}</Notice>
  const differs = act.is === 'failed' && fieldFault(act.refused, 'iban') === 'differs'
  return (
    <form
      class="card stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        void approve()
      }}
    >
      <h2>{t.approve}</h2>
      <p class="quiet">{t.approveLead}</p>
      <Field
        label={t.approveIban}
        value={iban}
        onInput={setIban}
        isCode
        maxLength={40}
        error={differs ? t.ibanDiffers : null}
      />
      {act.is === 'failed' && !differs && <Notice is="no">{act.because}</Notice>}
      <div class="row">
        <Button type="submit" isBusy={act.is === 'busy'} missing={iban.trim().length < 15 ? t.approveIbanFirst : null}>
          {t.approve}
        </Button>
      </div>
    </form>
  )
}

/** Stops new payments there at once. */
export function SuspendMerchant({ of: one, onChanged }: Props) {
  const t = words().merchant
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [act, suspend] = useAct(async () => {
    await callStaff<typeof suspendMerchant>('post', '/api/office/merchants/:merchant/suspend', {
      params: { merchant: one.id },
      body: { reason: reason.trim() },
    })
    onChanged()
  })
  if (!isOpen) {
    return (
      <div>
        <Button kind="danger" onClick={() => setOpen(true)}>
          {t.suspend}
        </Button>
      </div>
    )
  }
  return (
    <section class="card stack tight" aria-label={t.suspend}>
      <h2>{t.suspend}</h2>
      <p class="quiet">{t.suspendLead}</p>
      <ReasonField value={reason} onInput={setReason} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div class="row">
        <Button kind="danger" isBusy={act.is === 'busy'} missing={whyNoReason(reason)} onClick={() => void suspend()}>
          {t.suspendNow}
        </Button>
        <Button kind="bare" onClick={() => setOpen(false)}>
          {common().cancel}
        </Button>
      </div>
    </section>
  )
}
