import { useEffect, useState } from 'preact/hooks'
import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { wakeSound } from '../ui/feedback.ts'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { Keypad, press } from './Keypad.tsx'
import { names } from './names.ts'
import { screens } from './screens.ts'
import { makeCharge } from './take.ts'
import { words } from './words.ts'

/** The price, then a code: the till's own, or the customer's. */
export function PriceScreen() {
  const t = words().price
  const [cents, setCents] = useState(0n)
  const { till, place } = names()
  const [act, show] = useAct(async (priceCents: bigint) => {
    const { charge } = await makeCharge(priceCents)
    screens.go({ is: 'charge', nonce: charge.nonce })
  })

  useEffect(() => {
    function onKey({ key, target }: KeyboardEvent) {
      if (target instanceof HTMLButtonElement && key === 'Enter') return
      if (/^\d$/.test(key)) setCents((before) => press(before, key))
      if (key === 'Backspace') setCents((before) => press(before, 'erase'))
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  return (
    <Screen
      title={till}
      action={
        <>
          <Button kind="bare" label={t.day} onClick={() => screens.go({ is: 'day' })}>
            <Icon name="list" />
          </Button>
          <Button kind="bare" label={t.settings} onClick={() => screens.go({ is: 'settings' })}>
            <Icon name="settings" />
          </Button>
        </>
      }
      foot={
        <>
          <Button
            isDisabled={cents === 0n}
            isBusy={act.is === 'busy'}
            onClick={() => {
              wakeSound()
              void show(cents)
            }}
          >
            {t.show}
          </Button>
          <Button
            kind="quiet"
            onClick={() => {
              wakeSound()
              screens.go({ is: 'scan', cents: cents === 0n ? null : cents, nonce: null })
            }}
          >
            <Icon name="scan" /> {t.scan}
          </Button>
        </>
      }
    >
      <p class="quiet place-name">{place}</p>
      {!isOnline.value && <Notice is="waiting">{t.offline}</Notice>}
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <output class="price" aria-live="polite">
        <span class={cents === 0n ? 'amount large empty' : 'amount large'}>{sum(cents)}</span>
      </output>
      <Keypad onPress={(key) => setCents((before) => press(before, key))} />
    </Screen>
  )
}
