import { useEffect, useState } from 'preact/hooks'
import { takeLink } from '../api/links.ts'
import { openDirectory } from '../sync/directory.ts'
import { startWallet, syncWallet } from '../sync/syncWallet.ts'
import { offers, phase } from '../sync/walletState.ts'
import { whenIdle } from '../ui/idle.ts'
import { lazyPart } from '../ui/lazyPart.tsx'
import { isOnline } from '../ui/online.ts'
import { EnrolScreen } from './EnrolScreen.tsx'
import { HomeScreen } from './HomeScreen.tsx'
import type { PayScreen } from './PayScreens.tsx'
import type { ReadScreen } from './ReadScreens.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** Vouchers, receipts and settings: a tap away, so loaded right after the first screen. */
const loadReading = () => import('./ReadScreens.tsx')
const Reading = lazyPart<{ screen: ReadScreen }>(async () => (await loadReading()).ReadScreens)

/** Signing, codes and the camera: loaded when somebody pays, and ahead of that when the phone has time. */
const loadPaying = () => import('./PayScreens.tsx')
const Paying = lazyPart<{ screen: PayScreen }>(async () => (await loadPaying()).PayScreens)

const everyMs = 60_000
/** While a code was shown and nobody has told how it ended. */
const soonMs = 4000

/** The youth's face. It opens from what the phone keeps; the network only makes it newer. */
export default function Youth() {
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    void start().then(() => setReady(true))
    return keepInContact()
  }, [])
  const hasWallet = phase.value === 'ready'
  // Also in the session in which the phone has just joined: the network may be gone at the first till.
  useEffect(() => {
    if (!hasWallet) return
    whenIdle(loadReading)
    whenIdle(loadPaying)
    whenIdle(async () => (await import('../ui/detect.ts')).warmReader())
  }, [hasWallet])
  const isUncertain = offers.value.some(({ state }) => state === 'open')
  useEffect(() => {
    if (!isUncertain) return
    const timer = setInterval(hear, soonMs)
    return () => clearInterval(timer)
  }, [isUncertain])
  if (!isReady || phase.value === 'starting') return null

  const screen = screens.now.value
  if (screen.is === 'enrol') return <EnrolScreen code={screen.code} />
  if (phase.value === 'none' || phase.value === 'replaced') return <EnrolScreen code={null} />

  switch (screen.is) {
    case 'home':
      return <HomeScreen />
    case 'voucher':
    case 'receipts':
    case 'receipt':
    case 'settings':
      return <Reading screen={screen} />
    default:
      return <Paying screen={screen} />
  }
}

async function start(): Promise<void> {
  await Promise.all([words.load(), openDirectory(), startWallet()])
  const link = takeLink()
  if (link?.is === 'enrol') screens.replace({ is: 'enrol', code: link.content })
  if (link?.is === 'charge' && phase.value === 'ready') {
    const charge = (await import('../../../protocol/charge.ts')).decodeCharge(link.text)
    if (charge) screens.replace({ is: 'confirm', charge })
  }
  hear()
}

/** Hears what is new; without a network what is kept stays. */
function hear(): void {
  if (isOnline.value && document.visibilityState === 'visible') syncWallet().catch(() => {})
}

function keepInContact(): () => void {
  const timer = setInterval(hear, everyMs)
  addEventListener('online', hear)
  document.addEventListener('visibilitychange', hear)
  return () => {
    clearInterval(timer)
    removeEventListener('online', hear)
    document.removeEventListener('visibilitychange', hear)
  }
}
