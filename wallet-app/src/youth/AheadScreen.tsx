import { useState } from 'preact/hooks'
import { readPrice } from '../../../protocol/money.ts'
import { isUnknown, Refused } from '../api/refused.ts'
import { mostAtOnce, type Way, waysToPay } from '../sync/choose.ts'
import { placeOf } from '../sync/directory.ts'
import { sendOffer, signWish } from '../sync/pay.ts'
import { syncWallet } from '../sync/syncWallet.ts'
import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { Leaves } from './Leaves.tsx'
import { Short } from './Short.tsx'
import { screens } from './screens.ts'
import { payableAt } from './view.ts'
import { WayPicker } from './WayPicker.tsx'
import { words } from './words.ts'

/** Pays now for a till that will have no network; its receipt is shown there. */
export function AheadScreen({ merchant, till }: { merchant: number; till: number }) {
  const t = words()
  const place = placeOf(merchant)
  const [notes] = useState(() => (place ? payableAt(place) : []))
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const [act, start] = useAct((way: Way, cents: bigint) => payAhead(merchant, till, way, cents))

  const cents = readPrice(typed)
  const ways = cents === null ? [] : waysToPay(notes, cents, false)
  const way = ways[at] ?? ways[0]
  const missing = !isOnline.value
    ? t.ahead.needsNetwork
    : cents === null
      ? t.upTo.notASum
      : way
        ? null
        : t.short.smaller
  const where = [place?.name, place?.tills.find((one) => one.till === till)?.name].filter(Boolean).join(', ')

  return (
    <Screen
      title={where}
      onBack={screens.back}
      foot={
        <Button
          missing={missing}
          isBusy={act.is === 'busy'}
          onClick={() => {
            if (way && cents !== null) void start(way, cents)
          }}
        >
          {cents === null ? t.pay : t.confirm.payNow(sum(cents))}
        </Button>
      }
    >
      <p>{t.ahead.lead}</p>
      {!isOnline.value && <Notice is="waiting">{t.ahead.needsNetwork}</Notice>}
      <Field
        label={t.ahead.sum}
        value={typed}
        onInput={setTyped}
        inputMode="decimal"
        error={typed !== '' && cents === null ? t.upTo.notASum : null}
      />
      {cents !== null && !way && <Short cents={cents} most={mostAtOnce(notes)} notes={notes} />}
      <WayPicker ways={ways} at={at} onPick={setAt} />
      {way && cents !== null && <Leaves way={way} cents={cents} />}
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
    </Screen>
  )
}

async function payAhead(merchant: number, till: number, way: Way, cents: bigint): Promise<void> {
  const kept = await signWish({ merchant, cents, parts: way.parts, charge: null, till })
  const receipt = await sendOffer(kept)
    .catch((error: unknown) => {
      // The same offer again is harmless, and it tells what became of the first.
      if (isUnknown(error)) return sendOffer(kept)
      throw error
    })
    .finally(() => {
      syncWallet().catch(() => {})
    })
  if (!receipt) throw new Refused('offline')
  screens.replace({ is: 'receiptCode', payment: receipt.receipt.payment })
}
