import { Button } from '../ui/Button.tsx'
import { wakeSound } from '../ui/feedback.ts'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { PricePad, usePrice } from './Keypad.tsx'
import { names } from './names.ts'
import { screens } from './screens.ts'
import { makeCharge } from './take.ts'
import { words } from './words.ts'

/** The price, then a code: the till's own, or the customer's. */
export function PriceScreen() {
  const t = words().price
  const [cents, onPress] = usePrice()
  const { till, place } = names()
  const [act, show] = useAct(async (priceCents: bigint) => {
    const { charge } = await makeCharge(priceCents)
    screens.go({ is: 'charge', nonce: charge.nonce })
  })

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
            missing={cents === 0n ? t.first : null}
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
      <PricePad cents={cents} onPress={onPress} />
    </Screen>
  )
}
