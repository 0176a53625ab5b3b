import { vouchers } from '../sync/walletState.ts'
import { shortDay, shortSum, sum } from '../text/format.ts'
import { Amount } from '../ui/Amount.tsx'
import { Button } from '../ui/Button.tsx'
import { Screen } from '../ui/Screen.tsx'
import { PlaceText } from './PlaceText.tsx'
import { screens } from './screens.ts'
import { centsOf, isHidden, type Line, linesOf, placesFor, timesOf } from './view.ts'
import { words } from './words.ts'

/** One voucher: how much, until when, and where. */
export function VoucherScreen({ lineKey }: { lineKey: string }) {
  const t = words()
  const line = linesOf(vouchers.value).find(({ key }) => key === lineKey)
  if (!line) return <Screen title={t.home.empty} onBack={screens.home} children={null} />

  const places = placesFor([line]).sort((one, other) => one.name.localeCompare(other.name))
  const waiting = line.vouchers
    .flatMap(({ notes }) => notes)
    .reduce((total, note) => (note.place === null ? total + note.cents : total), 0n)

  return (
    <Screen
      title={line.label}
      onBack={screens.back}
      foot={<Button onClick={() => screens.go({ is: 'scan' })}>{t.pay}</Button>}
    >
      <div class="stack">
        <Left line={line} />
        <p class="quiet">{t.until(shortDay(line.validUntil))}</p>
        {waiting > 0n && <p class="quiet">{t.voucher.waitingNotes(sum(waiting))}</p>}
      </div>
      {places.length > 0 && <h2>{t.voucher.where}</h2>}
      <ul class="rows">
        {places.map((place) => (
          <li key={place.merchant}>
            <button
              type="button"
              class="item plain"
              onClick={() => screens.go({ is: 'upTo', merchant: place.merchant })}
            >
              <PlaceText place={place} />
            </button>
          </li>
        ))}
      </ul>
    </Screen>
  )
}

/** A service voucher is so many times, never a balance. */
function Left({ line }: { line: Line }) {
  const t = words()
  if (line.kind === 'value') return <Amount cents={centsOf(line)} isHidden={isHidden.value} isLarge />
  const most = line.vouchers.flatMap(({ notes }) => notes).map(({ cents }) => cents)
  return (
    <>
      <span class="amount large">{t.times(timesOf(line))}</span>
      {!isHidden.value && most[0] !== undefined && <p>{t.voucher.once(shortSum(most[0]))}</p>}
      <p class="quiet">{t.voucher.onceHint}</p>
    </>
  )
}
