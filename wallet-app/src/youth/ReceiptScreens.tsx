import { directory, placeOf } from '../sync/directory.ts'
import { payments, type WalletPayment } from '../sync/walletState.ts'
import { common } from '../text/common.ts'
import { longDay, shortDay, sum, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Badge } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

export function ReceiptsScreen() {
  const t = words().receipts
  const days = byDay(payments.value)
  return (
    <Screen title={t.title} onBack={screens.back}>
      {days.length === 0 && <p class="quiet">{t.empty}</p>}
      {days.map(([day, list]) => (
        <section key={day} class="stack" aria-label={day}>
          <h2 class="label">{day}</h2>
          <ul class="rows">
            {list.map((payment) => (
              <li key={payment.receipt.payment}>
                <ReceiptItem payment={payment} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Screen>
  )
}

function byDay(all: readonly WalletPayment[]): [string, WalletPayment[]][] {
  const days = new Map<string, WalletPayment[]>()
  for (const payment of all) {
    const day = longDay(at(payment))
    days.set(day, [...(days.get(day) ?? []), payment])
  }
  return [...days]
}

function at({ receipt }: WalletPayment): Date {
  return new Date(receipt.acceptedAt * 1000)
}

function ReceiptItem({ payment }: { payment: WalletPayment }) {
  const { receipt } = payment
  return (
    <button type="button" class="item plain" onClick={() => screens.go({ is: 'receipt', payment: receipt.payment })}>
      <span class="item-text">
        <b>{placeOf(receipt.merchant)?.name ?? words().receipts.unknownShop}</b>
        <span class="quiet">{timeOfDay(at(payment))}</span>
      </span>
      <span class="item-text end">
        <b class="amount">{sum(BigInt(receipt.priceCents))}</b>
        <State payment={payment} />
      </span>
    </button>
  )
}

function State({ payment }: { payment: WalletPayment }) {
  const t = words().receipts
  if (payment.state === 'undone') return <Badge is="plain">{t.undone}</Badge>
  if (payment.refundedCents !== '0') return <Badge is="plain">{t.refunded(sum(BigInt(payment.refundedCents)))}</Badge>
  if (payment.ahead === 'waiting') return <Badge is="waiting">{t.waiting}</Badge>
  return null
}

export function ReceiptScreen({ payment: id }: { payment: string }) {
  const t = words().receipts
  const payment = payments.value.find(({ receipt }) => receipt.payment === id)
  if (!payment) return <Screen title={t.title} onBack={screens.back} children={null} />
  const { receipt } = payment
  const phone = directory.value?.phone
  return (
    <Screen
      title={placeOf(receipt.merchant)?.name ?? t.unknownShop}
      onBack={screens.back}
      foot={
        payment.state === 'accepted' && (
          <Button kind="quiet" onClick={() => screens.go({ is: 'receiptCode', payment: id })}>
            <Icon name="code" /> {t.code}
          </Button>
        )
      }
    >
      <span class="amount large">{sum(BigInt(receipt.priceCents))}</span>
      <div>
        <State payment={payment} />
      </div>
      <dl class="facts card">
        <dt>{t.time}</dt>
        <dd>
          {shortDay(at(payment))} {timeOfDay(at(payment))}
        </dd>
        <dt>{t.number}</dt>
        <dd>{receipt.receiptNumber}</dd>
      </dl>
      <p class="quiet">{t.wrong}</p>
      {phone && (
        <a
          class="button quiet-button"
          href={`tel:${phone.replace(/\s/g, '')}`}
          aria-label={`${common().phone} ${phone}`}
        >
          <Icon name="phone" /> {phone}
        </a>
      )}
    </Screen>
  )
}
