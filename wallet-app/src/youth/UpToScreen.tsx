import { useState } from 'preact/hooks'
import { readPrice } from '../../../protocol/money.ts'
import { mostAtOnce, type Way, waysToPay } from '../sync/choose.ts'
import { placeOf } from '../sync/directory.ts'
import { signWish } from '../sync/pay.ts'
import { common } from '../text/common.ts'
import { shortSum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Choices, Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { Leaves } from './Leaves.tsx'
import { Short } from './Short.tsx'
import { screens } from './screens.ts'
import { isHidden, payableAt } from './view.ts'
import { WayPicker } from './WayPicker.tsx'
import { words } from './words.ts'

function valueFirst(ways: readonly Way[]): Way[] {
  return [...ways].sort((one, other) => Number(one.kind === 'service') - Number(other.kind === 'service'))
}

const usual = [500n, 1000n, 1500n, 2000n, 3000n]

/** The largest is not a round sum: it says what it is. What is left stays hidden while sums are. */
function chipOf(cents: bigint, most: bigint): string {
  const t = words().upTo
  if (cents !== most) return shortSum(cents)
  return isHidden.value ? t.mostHidden : t.most(shortSum(cents))
}

/** One scan: at most how much at this shop. The code that comes of it is good nowhere else. */
export function UpToScreen({ merchant }: { merchant: number }) {
  const t = words()
  const place = placeOf(merchant)
  const notes = place ? payableAt(place) : []
  const most = mostAtOnce(notes)
  const offered = [...usual.filter((cents) => cents < most), ...(most > 0n ? [most] : [])]
  const [picked, setPicked] = useState(() =>
    offered.includes(1000n) ? '1000' : (offered.at(-1)?.toString() ?? 'other'),
  )
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const [act, start] = useAct(async (way: Way, cents: bigint) => {
    const kept = await signWish({ merchant, cents, parts: way.parts, charge: null, till: null })
    screens.replace({ is: 'code', nonce: kept.offer.opening.nonce })
  })

  const cents = picked === 'other' ? readPrice(typed) : BigInt(picked)
  // Nobody knows the price yet: a service voucher, which loses its rest, is never the first choice.
  const ways = cents === null ? [] : valueFirst(waysToPay(notes, cents, !isOnline.value))
  const way = ways[at] ?? ways[0]
  const isShort = cents !== null && !way

  return (
    <Screen
      title={place?.name ?? t.receipts.unknownShop}
      onBack={screens.back}
      foot={
        most === 0n ? (
          <Button kind="quiet" onClick={screens.back}>
            {common().close}
          </Button>
        ) : (
          <Button
            missing={cents === null ? t.upTo.notASum : way ? null : t.short.smaller}
            isBusy={act.is === 'busy'}
            onClick={() => {
              if (way && cents !== null) void start(way, cents)
            }}
          >
            {t.upTo.showCode}
          </Button>
        )
      }
    >
      {most === 0n ? (
        <Notice is="waiting">{t.short.nothing}</Notice>
      ) : (
        <>
          <Choices
            label={t.upTo.title}
            value={picked}
            options={[
              ...offered.map((cents) => ({ value: cents.toString(), text: chipOf(cents, most) })),
              { value: 'other', text: t.upTo.other },
            ]}
            onChange={(value) => {
              setPicked(value)
              setAt(0)
            }}
          />
          {picked === 'other' && (
            <Field
              label={t.upTo.sum}
              value={typed}
              onInput={setTyped}
              inputMode="decimal"
              error={typed !== '' && cents === null ? t.upTo.notASum : null}
            />
          )}
          <p class="quiet">{t.upTo.lead}</p>
          {isShort && (
            <>
              <Short cents={cents} most={most} notes={notes} />
              <Button kind="quiet" onClick={() => setPicked(most.toString())}>
                {t.short.upTo(shortSum(most))}
              </Button>
            </>
          )}
          <WayPicker ways={ways} at={at} onPick={setAt} />
          {way && cents !== null && <Leaves way={way} cents={cents} isAtLeast />}
          {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
        </>
      )}
    </Screen>
  )
}
