import { useEffect, useState } from 'preact/hooks'
import type { Hex } from 'viem'
import { sum, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { soundPaid } from '../ui/feedback.ts'
import { Status } from '../ui/Status.tsx'
import { screens } from './screens.ts'
import { type KeptReceipt, tillDb } from './tillStore.ts'
import { words } from './words.ts'

/** Green is drawn from what is on this device's disk: it is the receipt's sum, not the typed one. */
export function PaidScreen({ payment: id }: { payment: Hex }) {
  const t = words().paid
  const [kept, setKept] = useState<KeptReceipt | null>(null)
  useEffect(() => {
    void tillDb()
      .then((db) => db.get('receipts', id))
      .then((found) => (found ? setKept(found) : screens.home()))
  }, [id])
  useEffect(() => {
    if (kept) soundPaid()
  }, [kept])
  if (!kept) return null

  const { receipt } = kept.payment
  const cents = BigInt(receipt.priceCents)
  return (
    <Status
      is="paid"
      title={t.title}
      amount={sum(cents)}
      foot={
        <>
          <Button kind="quiet" onClick={() => screens.go({ is: 'undo', payment: id, cents })}>
            {t.undo}
          </Button>
          <Button onClick={screens.home}>{t.next}</Button>
        </>
      }
    >
      <p>{t.line(timeOfDay(new Date(receipt.acceptedAt * 1000)), String(receipt.receiptNumber))}</p>
    </Status>
  )
}
