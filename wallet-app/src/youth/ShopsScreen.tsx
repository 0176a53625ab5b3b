import { useEffect, useState } from 'preact/hooks'
import { type Place, refreshDirectory } from '../sync/directory.ts'
import { payments, vouchers } from '../sync/walletState.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { municipality } from './municipality.ts'
import { type Here, metresTo, whereAmI } from './near.ts'
import { PlaceText } from './PlaceText.tsx'
import { screens } from './screens.ts'
import { labelsAt, placesFor } from './view.ts'
import { words } from './words.ts'

const mostRecent = 3

/** One scan: which shop. Used last, near, or by name; only where something of this wallet works. */
export function ShopsScreen({ why }: { why: 'show' | 'ahead' }) {
  const t = words().shops
  const [typed, setTyped] = useState('')
  const [found, find] = useAct(whereAmI)
  const here = found.is === 'done' ? found.value : null
  // A till may have been set up this morning.
  useEffect(() => {
    refreshDirectory(true).catch(() => {})
  }, [])

  const usable = placesFor(vouchers.value).filter(
    (place) => why === 'show' || place.tills.some(({ acceptsAhead }) => acceptsAhead),
  )
  const wanted = typed.trim().toLocaleLowerCase()
  const shown = usable
    .filter(({ name, street, municipality: code }) =>
      `${name} ${street} ${municipality(code)}`.toLocaleLowerCase().includes(wanted),
    )
    .sort((one, other) => distance(one, here) - distance(other, here) || one.name.localeCompare(other.name))
  const recent = wanted === '' && usable.length > mostRecent ? recentOf(usable) : []

  return (
    <Screen title={why === 'ahead' ? words().ahead.title : t.title} onBack={screens.back}>
      {why === 'ahead' && <p>{usable.length === 0 ? words().ahead.none : words().ahead.lead}</p>}
      {why === 'show' && usable.length === 0 && <p>{t.noneYet}</p>}
      {usable.length > 5 && <Field label={t.search} type="search" value={typed} onInput={setTyped} />}
      {recent.length > 0 && <Places title={t.recent} places={recent} here={here} why={why} />}
      {shown.length > 0 && (
        <Places title={here ? t.nearby : recent.length > 0 ? t.all : null} places={shown} here={here} why={why} />
      )}
      {usable.length > 0 && shown.length === 0 && <p class="quiet">{t.none}</p>}
      {usable.length > 1 && !here && (
        <div>
          <Button kind="bare" onClick={() => void find()} isBusy={found.is === 'busy'}>
            <Icon name="place" /> {t.findNearby}
          </Button>
          <p class="quiet">{t.nearbyHint}</p>
        </div>
      )}
      {found.is === 'failed' && <Notice is="no">{t.noLocation}</Notice>}
    </Screen>
  )
}

function recentOf(usable: readonly Place[]): Place[] {
  const merchants = [...new Set(payments.value.map(({ receipt }) => receipt.merchant))]
  return merchants.flatMap((merchant) => usable.find((place) => place.merchant === merchant) ?? []).slice(0, mostRecent)
}

function distance(place: Place, here: Here | null): number {
  return here ? (metresTo(place, here) ?? Number.MAX_SAFE_INTEGER) : 0
}

interface PlacesProps {
  title: string | null
  places: readonly Place[]
  here: Here | null
  why: 'show' | 'ahead'
}

function Places({ title, places, here, why }: PlacesProps) {
  const t = words().shops
  return (
    <section class="stack" aria-label={title ?? t.all}>
      {title && <h2 class="label">{title}</h2>}
      <ul class="rows">
        {places.flatMap((place) =>
          choicesOf(place, why).map((choice) => (
            <li key={choice.key}>
              <button type="button" class="item plain" onClick={choice.go}>
                <PlaceText place={place} name={choice.name} labels={labelsAt(place)} />
                <span class="quiet">{inWords(metresTo(place, here), t)}</span>
              </button>
            </li>
          )),
        )}
      </ul>
    </section>
  )
}

function choicesOf(place: Place, why: 'show' | 'ahead') {
  const { merchant, name } = place
  if (why === 'show') {
    return [{ key: String(merchant), name, go: () => screens.go({ is: 'upTo', merchant }) }]
  }
  return place.tills
    .filter(({ acceptsAhead }) => acceptsAhead)
    .map((at) => ({
      key: `${merchant} ${at.till}`,
      name: `${name}, ${at.name}`,
      go: () => screens.go({ is: 'ahead', merchant, till: at.till }),
    }))
}

type Units = ReturnType<typeof words>['shops']

function inWords(metres: number | null, { metres: inMetres, kilometres }: Units): string {
  if (metres === null) return ''
  if (metres < 1000) return inMetres(String(Math.max(50, Math.round(metres / 50) * 50)))
  return kilometres((metres / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }))
}
