import { useEffect, useState } from 'preact/hooks'
import type { SignedCharge } from '../../../protocol/charge.ts'
import { isUnknown } from '../api/refused.ts'
import { mostAtOnce, type Way, waysToPay } from '../sync/choose.ts'
import { type Place, placeOf, refreshDirectory } from '../sync/directory.ts'
import { sendOffer, signWish } from '../sync/pay.ts'
import { syncWallet } from '../sync/syncWallet.ts'
import { serverNow } from '../sync/walletState.ts'
import { common } from '../text/common.ts'
import { sum } from '../text/format.ts'
import { Amount } from '../ui/Amount.tsx'
import { Button } from '../ui/Button.tsx'
import { soundNo, wakeSound } from '../ui/feedback.ts'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { Status } from '../ui/Status.tsx'
import { useAct } from '../ui/useAct.ts'
import { Leaves } from './Leaves.tsx'
import { Short } from './Short.tsx'
import { screens } from './screens.ts'
import { payableAt } from './view.ts'
import { WayPicker } from './WayPicker.tsx'
import { words } from './words.ts'

/** As `chargeSeconds` of the protocol; the server's clock decides. */
const openMs = 300_000

/** Two scans: this shop, this price, what is left, yes. */
export function ConfirmScreen({ charge }: { charge: SignedCharge }) {
  const t = words()
  const [hasLooked, setLooked] = useState(false)
  const place = placeOf(charge.merchant)
  useEffect(() => {
    if (!place)
      refreshDirectory(true).then(
        () => setLooked(true),
        () => setLooked(true),
      )
  }, [place])

  if (!place && !hasLooked) return <Status is="waiting" title={common().loading} />
  if (!place) return <No because={t.short.unknownShop} />
  if (serverNow() - charge.askedAt * 1000 > openMs) return <No because={t.short.tooOld} />
  return <Confirm charge={charge} place={place} />
}

function Confirm({ charge, place }: { charge: SignedCharge; place: Place }) {
  const t = words()
  // Chosen once: the notes become "maybe spent" while they are sent.
  const [notes] = useState(() => payableAt(place))
  const [ways] = useState(() => waysToPay(notes, charge.priceCents, !isOnline.value))
  const [at, setAt] = useState(0)
  const [act, start] = useAct((way: Way) => pay(charge, way))
  const way = ways[at]

  if (act.is === 'failed') return <No because={act.because} />
  if (act.is === 'busy') {
    return <Status is="waiting" title={t.confirm.paying} amount={sum(charge.priceCents)} />
  }

  return (
    <Screen
      title={place.name}
      onBack={screens.home}
      foot={
        way ? (
          <Button
            onClick={() => {
              wakeSound()
              void start(way)
            }}
          >
            {t.confirm.payNow(sum(charge.priceCents))}
          </Button>
        ) : (
          <Button kind="quiet" onClick={screens.home}>
            {common().close}
          </Button>
        )
      }
    >
      <Amount cents={charge.priceCents} isLarge />
      {way && <Leaves way={way} cents={charge.priceCents} />}
      {!way && <Short cents={charge.priceCents} most={mostAtOnce(notes)} notes={notes} isAtTill />}
      <WayPicker ways={ways} at={at} onPick={setAt} />
    </Screen>
  )
}

/** Sends by itself where there is a network; else the till scans what the phone shows. */
async function pay(charge: SignedCharge, way: Way): Promise<void> {
  const { merchant, priceCents: cents, nonce } = charge
  const kept = await signWish({ merchant, cents, parts: way.parts, charge, till: null })
  if (!isOnline.value) return screens.replace({ is: 'code', nonce })
  try {
    await sendOffer(kept)
    screens.replace({ is: 'paid', nonce })
  } catch (error) {
    if (isUnknown(error)) return screens.replace({ is: 'code', nonce })
    soundNo()
    throw error
  } finally {
    syncWallet().catch(() => {})
  }
}

function No({ because }: { because: string }) {
  return (
    <Status is="no" title={words().no.title} foot={<Button onClick={screens.home}>{common().close}</Button>}>
      <p>{because}</p>
      <p class="quiet">{common().nothingCharged}</p>
    </Status>
  )
}
