import { useState } from 'preact/hooks'
import type { approveSettlement, dropSettlement } from '../../../protocol/api/settlements.ts'
import { readSum } from '../staff/readSum.ts'
import { SumField } from '../staff/SumField.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { staffWords } from '../staff/words.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { download } from './download.ts'
import { fieldFault, type Settlement } from './officeData.ts'
import { words } from './words.ts'

interface Props {
  of: Settlement
  onChanged: (settlement: Settlement) => void
}

/** One of two people's yes, with the total typed again. */
export function ApproveSettlement({ of: one, onChanged }: Props) {
  const t = words().settlement
  const [typed, setTyped] = useState('')
  const cents = readSum(typed)
  const [act, approve] = useAct(async (totalCents: bigint) => {
    const answer = await callStaff<typeof approveSettlement>('post', '/api/office/settlements/:settlement/approve', {
      params: { settlement: one.id },
      body: { totalCents: totalCents.toString() },
    })
    setTyped('')
    onChanged(answer)
  })
  const differs = act.is === 'failed' && fieldFault(act.refused, 'totalCents') === 'differs'
  return (
    <form
      class="card stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (cents !== null && cents > 0n) void approve(cents)
      }}
    >
      <h2>{t.approve}</h2>
      <p class="quiet">{t.approveLead}</p>
      <SumField label={t.typed} value={typed} onInput={setTyped} error={differs ? t.differs : null} />
      {act.is === 'failed' && !differs && <Notice is="no">{act.because}</Notice>}
      <div>
        <Button
          type="submit"
          isBusy={act.is === 'busy'}
          missing={cents === null || cents === 0n ? staffWords().notASum : null}
        >
          {t.approve}
        </Button>
      </div>
    </form>
  )
}

/** Its payments are free again. */
export function DropSettlement({ of: one, onChanged }: Props) {
  const t = words().settlement
  const [act, drop] = useAct(async () => {
    onChanged(
      await callStaff<typeof dropSettlement>('post', '/api/office/settlements/:settlement/drop', {
        params: { settlement: one.id },
        body: {},
      }),
    )
  })
  return (
    <div class="stack tight">
      <div class="row">
        <Button kind="danger" isBusy={act.is === 'busy'} onClick={() => void drop()}>
          {t.drop}
        </Button>
        <span class="quiet">{t.dropLead}</span>
      </div>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
    </div>
  )
}

/** The bank's file, the same bytes each time. */
export function PaymentFile({ of: one, onDownloaded }: { of: Settlement; onDownloaded: () => void }) {
  const t = words().settlement
  const [act, fetchFile] = useAct(async () => {
    await download(`/api/office/settlements/${one.id}/pain.001.xml`, `pain.001-${one.executionDate}.xml`)
    onDownloaded()
  })
  return (
    <section class="card stack tight" aria-label={t.download}>
      <div>
        <Button isBusy={act.is === 'busy'} onClick={() => void fetchFile()}>
          {t.download}
        </Button>
      </div>
      <p class="quiet">{t.downloadLead}</p>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
    </section>
  )
}
