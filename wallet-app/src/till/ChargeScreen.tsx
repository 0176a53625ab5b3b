import { useEffect, useState } from 'preact/hooks'
import type { Hex } from 'viem'
import { encodeCharge } from '../../../protocol/charge.ts'
import { isUnknown } from '../api/refused.ts'
import { explain } from '../text/explain.ts'
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
import { hasExpired, openAtServer, readCharge, whetherPaid } from './take.ts'
import { cancel } from './tillState.ts'
import type { KeptCharge } from './tillStore.ts'
import { words } from './words.ts'

const everyMs = 700

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
    return watch(kept, setBecause)
  }, [kept])

  if (!kept) return null
  const { charge } = kept
  async function giveUp() {
    await cancel(kept!)
    screens.home()
  }
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
          <Button kind="bare" onClick={() => void giveUp()}>
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

/** Opens the charge at the server and asks until it is paid; without a network it keeps trying. */
function watch(kept: KeptCharge, tell: (because: string | null) => void): () => void {
  let isGone = false
  let isOpen = false
  let timer = 0

  async function look(): Promise<void> {
    if (hasExpired(kept.charge)) {
      await cancel(kept)
      return screens.home()
    }
    if (isOnline.peek()) await ask()
    if (!isGone) timer = window.setTimeout(look, everyMs)
  }
  async function ask(): Promise<void> {
    try {
      if (!isOpen) await openAtServer(kept.charge)
      isOpen = true
      const paid = await whetherPaid(kept)
      if (isGone || paid === null) return
      isGone = true
      if (paid === 'cancelled') screens.home()
      else screens.replace({ is: 'paid', payment: paid.receipt.payment })
    } catch (error) {
      if (!isGone) tell(isUnknown(error) ? null : explain(error))
    }
  }
  void look()
  return () => {
    isGone = true
    clearTimeout(timer)
  }
}
