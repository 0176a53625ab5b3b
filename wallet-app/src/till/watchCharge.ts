import { isUnknown } from '../api/refused.ts'
import { explain } from '../text/explain.ts'
import { isOnline } from '../ui/online.ts'
import { screens } from './screens.ts'
import { hasExpired, openAtServer, whetherPaid } from './take.ts'
import { cancel } from './tillState.ts'
import type { KeptCharge } from './tillStore.ts'

/** No more often than this: a server that is just ending answers without waiting. */
const everyMs = 700

/**
 * Opens a charge at the server and waits there until it is paid, then shows green; without a network it keeps trying. `tell`
 * hears why it cannot be paid, or null when that is over. The answer stops it.
 */
export function watchCharge(kept: KeptCharge, tell: (because: string | null) => void): () => void {
  let isGone = false
  let isOpen = false
  let timer = 0

  async function look(): Promise<void> {
    if (isGone) return
    const beganAt = performance.now()
    if (hasExpired(kept.charge)) {
      await cancel(kept)
      return screens.home()
    }
    if (isOnline.peek()) await ask()
    if (!isGone) timer = window.setTimeout(look, Math.max(0, everyMs - (performance.now() - beganAt)))
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

/** Whatever way its screen was left, also by the phone's back button: a charge that nobody sees asks for nothing. */
export function cancelUnlessShown(kept: KeptCharge): void {
  const next = screens.now.peek()
  const isShown = (next.is === 'charge' || next.is === 'scan') && next.nonce === kept.charge.nonce
  if (!isShown) void cancel(kept)
}
