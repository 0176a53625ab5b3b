import { useState } from 'preact/hooks'
import type { extendGrant, revokeGrant } from '../../../protocol/api/grants.ts'
import { daysAfter } from '../staff/days.ts'
import { ReasonField, whyNoReason } from '../staff/ReasonField.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { common } from '../text/common.ts'
import { fullDay, isoDay } from '../text/format.ts'
import { announce } from '../ui/announce.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import type { Decision } from './deskData.ts'
import { readUntil } from './terms.ts'
import { words } from './words.ts'

interface Props {
  decision: Decision
  onChanged: () => void
}

/** A grant is corrected by a new act with a reason, never by an edit: more time, or an end. */
export function AfterDecision(props: Props) {
  const t = words().after
  const [doing, setDoing] = useState<'extend' | 'revoke' | null>(null)
  const close = () => setDoing(null)
  if (doing === 'extend') return <Extend {...props} onClose={close} />
  if (doing === 'revoke') return <Revoke {...props} onClose={close} />
  return (
    <div class="row acts">
      {props.decision.state === 'decided' && (
        <Button kind="bare" onClick={() => setDoing('extend')}>
          {t.extend}
        </Button>
      )}
      <Button kind="bare" onClick={() => setDoing('revoke')}>
        {t.revoke}
      </Button>
    </div>
  )
}

function Extend({ decision, onChanged, onClose }: Props & { onClose: () => void }) {
  const t = words().after
  const today = isoDay(new Date())
  const ends = decision.validUntil === null ? today : isoDay(new Date(decision.validUntil))
  const [until, setUntil] = useState(() => daysAfter(ends, 30))
  const [reason, setReason] = useState('')
  const validUntil = readUntil(until, today)
  const [act, start] = useAct(async (asked: string) => {
    await callStaff<typeof extendGrant>('post', '/api/desk/decisions/:decision/extend', {
      params: { decision: decision.id },
      body: { reason: reason.trim(), validUntil: asked },
    })
    announce(t.extended(fullDay(new Date(asked))))
    onClose()
    onChanged()
  })
  return (
    <div class="stack inset">
      <p class="quiet">{t.extendLead}</p>
      <Field
        label={t.newUntil}
        type="date"
        value={until}
        onInput={setUntil}
        error={validUntil === null ? words().grant.untilWrong : null}
      />
      <ReasonField value={reason} onInput={setReason} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div class="row">
        <Button
          isBusy={act.is === 'busy'}
          missing={validUntil === null ? words().grant.untilWrong : whyNoReason(reason)}
          onClick={() => validUntil !== null && void start(validUntil)}
        >
          {t.extend}
        </Button>
        <Button kind="bare" onClick={onClose}>
          {common().cancel}
        </Button>
      </div>
    </div>
  )
}

function Revoke({ decision, onChanged, onClose }: Props & { onClose: () => void }) {
  const t = words().after
  const [reason, setReason] = useState('')
  const [act, start] = useAct(async () => {
    await callStaff<typeof revokeGrant>('post', '/api/desk/decisions/:decision/revoke', {
      params: { decision: decision.id },
      body: { reason: reason.trim() },
    })
    announce(t.revoked)
    onClose()
    onChanged()
  })
  return (
    <div class="stack inset">
      <p class="quiet">{t.revokeLead}</p>
      <ReasonField value={reason} onInput={setReason} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div class="row">
        <Button kind="danger" isBusy={act.is === 'busy'} missing={whyNoReason(reason)} onClick={() => void start()}>
          {t.revokeNow}
        </Button>
        <Button kind="bare" onClick={onClose}>
          {common().cancel}
        </Button>
      </div>
    </div>
  )
}
