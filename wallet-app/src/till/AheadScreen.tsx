import { useEffect } from 'preact/hooks'
import type { listAhead } from '../../../protocol/api/till.ts'
import { callAs } from '../sync/session.ts'
import { shortDay, sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { Waiting } from '../ui/Status.tsx'
import { useAct } from '../ui/useAct.ts'
import { screens } from './screens.ts'
import { refusedReports, syncTill } from './tillState.ts'
import { keepReceipt, type TillPayment } from './tillStore.ts'
import { words } from './words.ts'

/** Receipts paid ahead at this till. What is said here is kept first, so that a receipt never counts both ways. */
export function AheadScreen() {
  const t = words().ahead
  const [act, load] = useAct(async () => {
    const { payments } = await callAs<typeof listAhead>('till', 'get', '/api/till/ahead', {})
    return { payments, refused: await refusedReports() }
  })
  const [said, say] = useAct(async (payment: TillPayment, ahead: 'used' | 'unused') => {
    await keepReceipt({ payment, ahead, isReported: false, at: Date.now() })
    await syncTill()
    await load()
  })
  useEffect(() => void load(), [])

  return (
    <Screen title={t.title} onBack={screens.back}>
      {act.is === 'busy' && <Waiting />}
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      {said.is === 'failed' && <Notice is="no">{said.because}</Notice>}
      {act.is === 'done' && (
        <>
          {act.value.refused.length > 0 && (
            <Notice is="waiting">
              {t.refused(act.value.refused.map(({ payment }) => payment.receipt.receiptNumber).join(', '))}
            </Notice>
          )}
          <p>{act.value.payments.length === 0 ? t.none : t.lead}</p>
          <ul class="list">
            {act.value.payments.map((payment) => (
              <li key={payment.receipt.payment} class="card stack">
                <div class="row apart">
                  <span class="item-text">
                    <b>{payment.receipt.receiptNumber}</b>
                    <span class="quiet">{shortDay(new Date(payment.receipt.acceptedAt * 1000))}</span>
                  </span>
                  <b class="amount">{sum(BigInt(payment.receipt.priceCents))}</b>
                </div>
                <div class="row">
                  <Button kind="quiet" isBusy={said.is === 'busy'} onClick={() => void say(payment, 'used')}>
                    {t.used}
                  </Button>
                  <Button kind="danger" isBusy={said.is === 'busy'} onClick={() => void say(payment, 'unused')}>
                    {t.unused}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </Screen>
  )
}
