import { useEffect, useState } from 'preact/hooks'
import { isForTill, type Link, takeLink } from '../api/links.ts'
import { openDirectory } from '../sync/directory.ts'
import { common } from '../text/common.ts'
import { explain } from '../text/explain.ts'
import { Button } from '../ui/Button.tsx'
import { warmReader } from '../ui/detect.ts'
import { whenIdle } from '../ui/idle.ts'
import { isOnline } from '../ui/online.ts'
import { Status } from '../ui/Status.tsx'
import { AheadScreen } from './AheadScreen.tsx'
import { ChargeScreen } from './ChargeScreen.tsx'
import { DayScreen } from './DayScreen.tsx'
import { JoinScreen } from './JoinScreen.tsx'
import { PaidScreen } from './PaidScreen.tsx'
import { PaymentScreen } from './PaymentScreen.tsx'
import { PriceScreen } from './PriceScreen.tsx'
import { ScanScreen } from './ScanScreen.tsx'
import { SettingsScreen } from './SettingsScreen.tsx'
import { screens } from './screens.ts'
import { phase, startTill, syncTill } from './tillState.ts'
import { UndoScreen } from './UndoScreen.tsx'
import { words } from './words.ts'
import './till.css'

const everyMs = 30_000

/** The till's face: any phone of the staff. */
export default function Till() {
  const [because, setBecause] = useState<string | null>(null)
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    start().then(
      () => setReady(true),
      (error: unknown) => setBecause(explain(error)),
    )
    const timer = setInterval(hear, everyMs)
    addEventListener('online', hear)
    return () => {
      clearInterval(timer)
      removeEventListener('online', hear)
    }
  }, [])

  if (because !== null) {
    return (
      <Status
        is="no"
        title={common().notLoaded}
        foot={<Button onClick={() => location.reload()}>{common().tryAgain}</Button>}
      >
        {because}
      </Status>
    )
  }
  if (!isReady || phase.value === 'starting') return null
  const screen = screens.now.value
  if (screen.is === 'join') return <JoinScreen code={screen.code} />
  if (phase.value !== 'ready') return <JoinScreen code={null} />

  switch (screen.is) {
    case 'price':
      return <PriceScreen />
    case 'charge':
      return <ChargeScreen key={screen.nonce} nonce={screen.nonce} />
    case 'scan':
      return <ScanScreen cents={screen.cents} nonce={screen.nonce} text={screen.text} />
    case 'paid':
      return <PaidScreen payment={screen.payment} />
    case 'undo':
      return <UndoScreen payment={screen.payment} cents={screen.cents} />
    case 'day':
      return <DayScreen />
    case 'payment':
      return <PaymentScreen payment={screen.payment} day={screen.day} />
    case 'ahead':
      return <AheadScreen />
    case 'settings':
      return <SettingsScreen />
  }
}

async function start(): Promise<void> {
  const screen = screens.now.peek()
  const shown = screen.is === 'charge' || screen.is === 'scan' ? screen.nonce : null
  await Promise.all([words.load(), openDirectory(), startTill(shown)])
  const link: Link | null = takeLink()
  if (link?.is === 'join') screens.replace({ is: 'join', code: link.content })
  else if (link && isForTill(link)) screens.replace({ is: 'scan', cents: null, nonce: null, text: link.text })
  hear()
  whenIdle(warmReader)
}

function hear(): void {
  if (isOnline.value) syncTill().catch(() => {})
}
