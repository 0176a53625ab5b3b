import { useEffect } from 'preact/hooks'
import { isUnknown } from '../api/refused.ts'
import { common } from '../text/common.ts'
import { explain } from '../text/explain.ts'
import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { soundNo } from '../ui/feedback.ts'
import { Status } from '../ui/Status.tsx'
import { SumDiffers, TooLittle } from './take.ts'
import { words } from './words.ts'

interface NoProps {
  error: unknown
  cents: bigint | null
  onNewPrice: () => void
  onScanAgain: () => void
  /** The answer is unknown: the same again is harmless. */
  onRetry: (() => void) | null
  onTake: (cents: bigint) => void
}

/** One reason, what can be done, and that nothing was charged. Never a balance: only what the phone offered. */
export function NoScreen({ error, cents, onNewPrice, onScanAgain, onRetry, onTake }: NoProps) {
  const t = words()
  const { because, part } = reasonOf(error, cents)
  useEffect(soundNo, [])
  return (
    <Status
      is="no"
      title={t.no.title}
      foot={
        <>
          {part && <Button onClick={() => onTake(part.cents)}>{part.words}</Button>}
          {onRetry && <Button onClick={onRetry}>{common().tryAgain}</Button>}
          {!part && !onRetry && <Button onClick={onScanAgain}>{t.scan.again}</Button>}
          <Button kind="quiet" onClick={onNewPrice}>
            {t.no.newPrice}
          </Button>
        </>
      }
    >
      <p>{because}</p>
      {!isUnknown(error) && !(error instanceof SumDiffers) && <p class="quiet">{common().nothingCharged}</p>}
    </Status>
  )
}

function reasonOf(error: unknown, cents: bigint | null) {
  const t = words()
  if (error instanceof TooLittle && cents !== null) {
    const most = error.offer.opening.agreedCents
    const rest = sum(cents - most)
    return { because: t.no.short(rest), part: { cents: most, words: t.no.takePart(sum(most), rest) } }
  }
  if (error instanceof SumDiffers) {
    const receipt = error.receipt.priceCents
    return {
      because: t.no.differs(sum(receipt), sum(cents ?? 0n)),
      part: { cents: receipt, words: t.no.take(sum(receipt)) },
    }
  }
  return { because: isUnknown(error) ? t.scan.unknown : explain(error), part: null }
}
