import { useEffect, useState } from 'preact/hooks'
import type { Hex } from 'viem'
import { encodeCharge } from '../../../protocol/charge.ts'
import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Code } from '../ui/Code.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { Waiting } from '../ui/Status.tsx'
import { names } from './names.ts'
import { screens } from './screens.ts'
import { readCharge } from './take.ts'
import type { KeptCharge } from './tillStore.ts'
import { cancelUnlessShown, watchCharge } from './watchCharge.ts'
import { words } from './words.ts'

/** Two scans: the price as a code. Green by itself when somebody pays. */
export function ChargeScreen({ nonce }: { nonce: Hex }) {
  const t = words()
  const [kept, setKept] = useState<KeptCharge | null>(null)
  const [because, setBecause] = useState<string | null>(null)

  useEffect(() => {
    void readCharge(nonce).then((found) => {
      if (found?.state === 'open') setKept(found)
      else screens.home()
    })
  }, [nonce])

  useEffect(() => {
    if (!kept) return
    const stop = watchCharge(kept, setBecause)
    return () => {
      stop()
      cancelUnlessShown(kept)
    }
  }, [kept])

  if (!kept) return null
  const { charge } = kept
  return (
    <Screen
      title={names().till}
      foot={
        <>
          <Button
            kind="quiet"
            onClick={() => screens.replace({ is: 'scan', cents: charge.priceCents, nonce: charge.nonce })}
          >
            <Icon name="scan" /> {t.price.scan}
          </Button>
          <Button kind="bare" onClick={screens.home}>
            {t.charge.cancel}
          </Button>
        </>
      }
    >
      <p class="amount large charge-amount">{sum(charge.priceCents)}</p>
      {because !== null && <Notice is="no">{because}</Notice>}
      {!isOnline.value && <Notice is="waiting">{t.price.offline}</Notice>}
      <Code text={encodeCharge(location.origin, charge)} label={t.charge.label} />
      <div class="waiting-line" role="status">
        {t.charge.waiting}
        <Waiting />
      </div>
    </Screen>
  )
}
