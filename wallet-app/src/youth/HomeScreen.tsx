import { useState } from 'preact/hooks'
import { placeOf } from '../sync/directory.ts'
import { facts, offers, payments, vouchers } from '../sync/walletState.ts'
import { common } from '../text/common.ts'
import { shortDay, shortSum, sum, timeOfDay } from '../text/format.ts'
import { Amount } from '../ui/Amount.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Mark } from '../ui/Mark.tsx'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { screens } from './screens.ts'
import { centsOf, isHidden, type Line, linesOf, timesOf } from './view.ts'
import { words } from './words.ts'

export function HomeScreen() {
  const t = words()
  const lines = linesOf(vouchers.value)
  const hidden = isHidden.value
  return (
    <Screen
      title={common().app}
      action={
        <>
          {lines.length > 0 && (
            <Button
              kind="bare"
              onClick={() => {
                isHidden.value = !hidden
              }}
            >
              {hidden ? t.show : t.hide}
            </Button>
          )}
          <Button kind="bare" label={t.settings} onClick={() => screens.go({ is: 'settings' })}>
            <Icon name="settings" />
          </Button>
        </>
      }
      foot={lines.length > 0 && <Button onClick={() => screens.go({ is: 'scan' })}>{t.pay}</Button>}
    >
      {!isOnline.value && facts.value && <p class="quiet">{t.home.asOf(timeOfDay(new Date(facts.value.readAt)))}</p>}
      {lines.length === 0 && <Empty />}
      <ul class="list">
        {lines.map((line) => (
          <li key={line.key}>
            <LineItem line={line} />
          </li>
        ))}
      </ul>
      <Ahead />
      <Open />
      <Settled />
      <div>
        <Button kind="bare" onClick={() => screens.go({ is: 'receipts' })}>
          <Icon name="receipt" size={20} /> {t.home.receipts}
        </Button>
      </div>
    </Screen>
  )
}

function Empty() {
  const t = words().home
  return (
    <div class="card stack">
      <h2>{facts.value === null ? common().loading : t.empty}</h2>
      {facts.value !== null && <p class="quiet">{t.emptyHint}</p>}
    </div>
  )
}

function LineItem({ line }: { line: Line }) {
  const t = words()
  return (
    <button type="button" class="item" onClick={() => screens.go({ is: 'voucher', key: line.key })}>
      <Mark purpose={line.purpose} />
      <span class="item-text">
        <b>{line.label}</b>
        <span class="quiet">{t.until(shortDay(line.validUntil))}</span>
      </span>
      <span class="item-end">
        {line.kind === 'value' || isHidden.value ? (
          <Amount cents={line.kind === 'value' ? centsOf(line) : 0n} isHidden={isHidden.value} />
        ) : (
          t.times(timesOf(line))
        )}
      </span>
    </button>
  )
}

/** Receipts that are paid and wait to be shown at a till without network. */
function Ahead() {
  const t = words().home
  const waiting = payments.value.filter(({ ahead, state }) => ahead === 'waiting' && state === 'accepted')
  if (waiting.length === 0) return null
  return (
    <section class="stack" aria-label={t.ahead}>
      <h2 class="label">{t.ahead}</h2>
      <ul class="rows">
        {waiting.map(({ receipt }) => (
          <li key={receipt.payment}>
            <button
              type="button"
              class="item plain"
              onClick={() => screens.go({ is: 'receiptCode', payment: receipt.payment })}
            >
              <b>{placeOf(receipt.merchant)?.name ?? words().receipts.unknownShop}</b>
              <span class="amount">{sum(BigInt(receipt.priceCents))}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Codes that were shown and of which nobody has told yet how they ended. */
function Open() {
  const t = words().home
  const open = offers.value.filter(({ state, till }) => state === 'open' && till === null)
  if (open.length === 0) return null
  return (
    <section class="stack" aria-label={t.waiting}>
      <h2 class="label">{t.waiting}</h2>
      {!isOnline.value && <p class="quiet">{t.waitingLead}</p>}
      <ul class="rows">
        {open.map(({ offer, merchant, cents, charge }) => (
          <li key={offer.opening.nonce}>
            <button
              type="button"
              class="item plain"
              onClick={() => screens.go({ is: 'code', nonce: offer.opening.nonce })}
            >
              <b>{placeOf(merchant)?.name ?? words().receipts.unknownShop}</b>
              <span class="amount">{charge ? sum(cents) : t.upTo(shortSum(cents))}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What was waiting while this screen was open, and turned out to be paid: noticed without doing anything. */
function Settled() {
  const t = words().home
  const [waited] = useState(() => new Set<string>())
  for (const { state, offer } of offers.value) if (state === 'open') waited.add(offer.opening.nonce)
  const settled = payments.value.filter(({ receipt, state }) => state === 'accepted' && waited.has(receipt.nonce))
  return (
    <div role="status">
      {settled.map(({ receipt }) => (
        <section key={receipt.payment} class="stack" aria-label={t.settled}>
          <h2 class="label">{t.settled}</h2>
          <div class="rows">
            <button
              type="button"
              class="item plain"
              onClick={() => screens.go({ is: 'receipt', payment: receipt.payment })}
            >
              <b>{placeOf(receipt.merchant)?.name ?? words().receipts.unknownShop}</b>
              <span class="amount">{sum(BigInt(receipt.priceCents))}</span>
            </button>
          </div>
        </section>
      ))}
    </div>
  )
}
