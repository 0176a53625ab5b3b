import { useEffect, useState } from 'preact/hooks'
import type { Hex } from 'viem'
import { decodeReceipt, encodeReceipt } from '../../../protocol/receipt.ts'
import { decodeSpend, type SpendOffer } from '../../../protocol/spend.ts'
import { isUnknown } from '../api/refused.ts'
import { sum } from '../text/format.ts'
import { Camera } from '../ui/Camera.tsx'
import { Screen } from '../ui/Screen.tsx'
import { Status } from '../ui/Status.tsx'
import { NoScreen } from './NoScreen.tsx'
import { screens } from './screens.ts'
import { readCharge, SumDiffers, takeReceipt, takeSpend } from './take.ts'
import { cancel } from './tillState.ts'
import type { KeptCharge } from './tillStore.ts'
import { UpToPriceScreen } from './UpToPriceScreen.tsx'
import { cancelUnlessShown, watchCharge } from './watchCharge.ts'
import { words } from './words.ts'

type Scanned = { is: 'spend'; offer: SpendOffer } | { is: 'receipt'; text: string }

interface ScanProps {
  cents: bigint | null
  nonce: Hex | null
  /** Read by the phone's own camera, which opened this screen. */
  text?: string | undefined
}

/** Reads the customer's code: a spend that this till sends, or a receipt that is paid already. */
export function ScanScreen({ cents, nonce, text }: ScanProps) {
  const t = words()
  const [shown, setShown] = useState<KeptCharge | null>(null)
  const [scanned, setScanned] = useState<Scanned | null>(null)
  const [typed, setTyped] = useState<bigint | null>(cents)
  const [failed, setFailed] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)

  useEffect(() => {
    if (nonce) void readCharge(nonce).then((kept) => setShown(kept ?? null))
  }, [nonce])

  // The customer may still pay the charge by itself while the camera looks.
  useEffect(() => {
    if (shown && !scanned) return watchCharge(shown, () => {})
  }, [shown, scanned])

  useEffect(() => {
    if (shown) return () => cancelUnlessShown(shown)
  }, [shown])

  async function take(what: Scanned, price: bigint | null): Promise<void> {
    if (what.is === 'spend' && price === null) return
    setFailed(null)
    setSending(true)
    try {
      const { receipt } =
        what.is === 'spend' ? await takeSpend(what.offer, price!, shown) : await takeReceipt(what.text, price, shown)
      screens.replace({ is: 'paid', payment: receipt.payment })
    } catch (error) {
      setFailed(error)
    } finally {
      setSending(false)
    }
  }

  function read(from: string): boolean {
    const offer = decodeSpend(from)
    if (offer === null && decodeReceipt(from) === null) return false
    const what: Scanned = offer === null ? { is: 'receipt', text: from } : { is: 'spend', offer }
    setScanned(what)
    void take(what, typed)
    return true
  }
  useEffect(() => {
    if (text !== undefined) read(text)
  }, [])

  async function leave() {
    // Nobody knows whether it was taken: then it shall not be.
    if (scanned?.is === 'spend' && isUnknown(failed)) {
      const sent = await readCharge(scanned.offer.opening.nonce)
      if (sent) await cancel(sent)
    }
    screens.home()
  }

  if (isSending) return <Status is="waiting" title={t.scan.sending} />
  if (failed !== null && scanned !== null) {
    return (
      <NoScreen
        error={failed}
        cents={typed}
        onNewPrice={() => void leave()}
        onScanAgain={() => {
          setFailed(null)
          setScanned(null)
        }}
        onRetry={isUnknown(failed) ? () => void take(scanned, typed) : null}
        onTake={(part) => {
          setTyped(part)
          void take(
            failed instanceof SumDiffers
              ? { is: 'receipt', text: encodeReceipt(location.origin, failed.receipt) }
              : scanned,
            part,
          )
        }}
      />
    )
  }
  if (scanned?.is === 'spend' && typed === null) {
    return (
      <UpToPriceScreen
        most={scanned.offer.opening.agreedCents}
        onPrice={(price) => {
          setTyped(price)
          void take(scanned, price)
        }}
      />
    )
  }

  return (
    <Screen
      title={t.scan.title}
      onBack={() => (shown ? screens.replace({ is: 'charge', nonce: shown.charge.nonce }) : screens.back())}
    >
      {typed !== null && <p class="amount large">{sum(typed)}</p>}
      <Camera onText={read} />
    </Screen>
  )
}
