import { useEffect } from 'preact/hooks'
import { payments } from '../sync/walletState.ts'
import { sum, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { soundPaid } from '../ui/feedback.ts'
import { Status } from '../ui/Status.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

export function PaidScreen({ nonce }: { nonce: string }) {
  const t = words().paid
  const payment = payments.value.find(({ receipt }) => receipt.nonce === nonce)
  useEffect(soundPaid, [])
  useEffect(() => {
    if (!payment) screens.home()
  }, [payment])
  if (!payment) return null

  const { receipt } = payment
  const time = timeOfDay(new Date(receipt.acceptedAt * 1000))
  return (
    <Status
      is="paid"
      title={t.title}
      amount={sum(BigInt(receipt.priceCents))}
      foot={
        <>
          <Button kind="quiet" onClick={() => screens.go({ is: 'receiptCode', payment: receipt.payment })}>
            {t.tillOffline}
          </Button>
          <Button onClick={screens.home}>{t.done}</Button>
        </>
      }
    >
      <p>{t.line(time, String(receipt.receiptNumber))}</p>
    </Status>
  )
}
