import { useEffect, useState } from 'preact/hooks'
import type { getDay } from '../../../protocol/api/till.ts'
import type { Answer } from '../api/client.ts'
import { callAs } from '../sync/session.ts'
import { isoDay, longDay, sum, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { Waiting } from '../ui/Status.tsx'
import { useAct } from '../ui/useAct.ts'
import { StateBadge } from './StateBadge.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

type Day = Answer<typeof getDay>

const oneDayMs = 86_400_000

/** A day: its total, and each payment by receipt number. */
export function DayScreen() {
  const t = words().day
  const [date, setDate] = useState(() => new Date())
  const [search, setSearch] = useState('')
  const day = isoDay(date)
  const [act, load] = useAct((asked: string) =>
    callAs<typeof getDay>('till', 'get', '/api/till/day', { query: { day: asked } }),
  )
  useEffect(() => void load(day), [day])
  const isToday = day === isoDay(new Date())

  return (
    <Screen title={t.title} onBack={screens.home}>
      <div class="day-picker">
        <Button kind="bare" label={t.before} onClick={() => setDate(new Date(date.getTime() - oneDayMs))}>
          <Icon name="back" />
        </Button>
        <b aria-live="polite">{longDay(date)}</b>
        {isToday ? (
          <span class="day-picker-end" />
        ) : (
          <Button kind="bare" label={t.after} onClick={() => setDate(new Date(date.getTime() + oneDayMs))}>
            <Icon name="next" />
          </Button>
        )}
      </div>
      {act.is === 'busy' && <Waiting />}
      {act.is === 'failed' && (
        <Notice is="waiting">{act.refused?.word === 'offline' ? t.needsNetwork : act.because}</Notice>
      )}
      {act.is === 'done' && (
        <>
          <Total day={act.value} />
          {act.value.payments.length > 3 && (
            <Field label={t.search} value={search} onInput={setSearch} type="search" inputMode="numeric" />
          )}
          <Payments day={act.value} date={day} search={search.trim()} />
        </>
      )}
      <div>
        <Button kind="bare" onClick={() => screens.go({ is: 'ahead' })}>
          <Icon name="receipt" size={20} /> {words().ahead.title}
        </Button>
      </div>
    </Screen>
  )
}

function Total({ day }: { day: Day }) {
  const t = words().day
  return (
    <div class="card total">
      <span class="quiet">{t.total}</span>
      <span class="amount large">{sum(BigInt(day.totalCents))}</span>
      <span class="quiet">
        {t.count(day.payments.filter(({ state }) => state === 'accepted').length)}
        {day.undoneCents !== '0' && ` · ${t.undone} ${sum(BigInt(day.undoneCents))}`}
        {day.refundedCents !== '0' && ` · ${t.refunded} ${sum(BigInt(day.refundedCents))}`}
      </span>
    </div>
  )
}

function Payments({ day, date, search }: { day: Day; date: string; search: string }) {
  const t = words().day
  const found = day.payments.filter(({ receipt }) => String(receipt.receiptNumber).includes(search))
  if (found.length === 0) return <p class="quiet">{search === '' ? t.none : t.notFound}</p>
  return (
    <ul class="rows">
      {found.map((payment) => (
        <li key={payment.receipt.payment}>
          <button
            type="button"
            class="item plain"
            onClick={() => screens.go({ is: 'payment', payment: payment.receipt.payment, day: date })}
          >
            <span class="item-text">
              <b>{payment.receipt.receiptNumber}</b>
              <span class="quiet">{timeOfDay(new Date(payment.receipt.acceptedAt * 1000))}</span>
            </span>
            <span class="item-text end">
              <b class="amount">{sum(BigInt(payment.receipt.priceCents))}</b>
              <StateBadge payment={payment} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
