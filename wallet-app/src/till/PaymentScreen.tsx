import { useEffect, useState } from 'preact/hooks'
import type { Hex } from 'viem'
import type { getDay, refundPayment } from '../../../protocol/api/till.ts'
import { readPrice } from '../../../protocol/money.ts'
import { randomHex } from '../keys/random.ts'
import { callAs } from '../sync/session.ts'
import { shortDay, sum, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { Waiting } from '../ui/Status.tsx'
import { useAct } from '../ui/useAct.ts'
import { StateBadge } from './StateBadge.tsx'
import { screens } from './screens.ts'
import type { TillPayment } from './tillStore.ts'
import { words } from './words.ts'

/** One payment: undone as a whole while its window is open, given back in part or all after. */
export function PaymentScreen({ payment: id, day }: { payment: Hex; day: string }) {
  const t = words().payment
  const [payment, setPayment] = useState<TillPayment | null>(null)
  const [act, load] = useAct(async () => {
    const { payments } = await callAs<typeof getDay>('till', 'get', '/api/till/day', { query: { day } })
    setPayment(payments.find(({ receipt }) => receipt.payment === id) ?? null)
  })
  useEffect(() => void load(), [])

  if (!payment) {
    return (
      <Screen title={t.title('')} onBack={screens.back}>
        {act.is === 'failed' ? <Notice is="no">{act.because}</Notice> : <Waiting />}
      </Screen>
    )
  }
  const { receipt } = payment
  const at = new Date(receipt.acceptedAt * 1000)
  const cents = BigInt(receipt.priceCents)
  const left = payment.state === 'undone' ? 0n : cents - BigInt(payment.refundedCents)
  const canUndo =
    payment.state === 'accepted' && payment.refundedCents === '0' && new Date(payment.undoUntil) > new Date()
  // Its receipt could still turn a till green that has no network: what is said of it is kept on that till first.
  const isAhead = payment.state === 'accepted' && payment.ahead === 'waiting'
  return (
    <Screen
      title={t.title(String(receipt.receiptNumber))}
      onBack={screens.back}
      foot={
        isAhead ? (
          <Button kind="quiet" onClick={() => screens.go({ is: 'ahead' })}>
            {words().ahead.title}
          </Button>
        ) : (
          canUndo && (
            <Button kind="danger" onClick={() => screens.go({ is: 'undo', payment: id, cents })}>
              {words().paid.undo}
            </Button>
          )
        )
      }
    >
      <span class="amount large">{sum(cents)}</span>
      <div>
        <StateBadge payment={payment} />
      </div>
      <dl class="facts card">
        <dt>{t.time}</dt>
        <dd>
          {shortDay(at)} {timeOfDay(at)}
        </dd>
        {left > 0n && left < cents && (
          <>
            <dt>{t.left}</dt>
            <dd>{sum(left)}</dd>
          </>
        )}
      </dl>
      {!isAhead && !canUndo && left > 0n && <Refund id={id} left={left} onDone={setPayment} />}
    </Screen>
  )
}

function Refund({ id, left, onDone }: { id: Hex; left: bigint; onDone: (payment: TillPayment) => void }) {
  const t = words().payment
  const [typed, setTyped] = useState('')
  // One id for one refund: when the answer is lost, the same again gives back nothing more.
  const [refundId, setRefundId] = useState(() => randomHex(16))
  const cents = readPrice(typed)
  const isSum = cents !== null && cents <= left
  const [act, refund] = useAct(async (amount: bigint) => {
    const body = { id: refundId, cents: amount.toString() }
    onDone(
      await callAs<typeof refundPayment>('till', 'post', '/api/till/payments/:payment/refund', {
        params: { payment: id },
        body,
      }),
    )
    setRefundId(randomHex(16))
    setTyped('')
    return amount
  })
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (isSum) void refund(cents)
      }}
    >
      <Field
        label={t.refundSum}
        hint={t.refundLead}
        value={typed}
        onInput={setTyped}
        inputMode="decimal"
        error={typed !== '' && !isSum ? t.notASum : null}
      />
      <Button type="submit" kind="quiet" isBusy={act.is === 'busy'} missing={isSum ? null : t.refundFirst}>
        {t.refund}
      </Button>
      {act.is === 'done' && <Notice is="yes">{t.refundDone(sum(act.value))}</Notice>}
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
    </form>
  )
}
