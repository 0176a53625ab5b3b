import { common } from '../text/common.ts'
import { sum } from '../text/format.ts'

export interface AmountProps {
  cents: bigint
  /** Hidden from whoever looks over the shoulder, and from a screen reader that speaks aloud. */
  isHidden?: boolean
  isLarge?: boolean
}

export function Amount({ cents, isHidden = false, isLarge = false }: AmountProps) {
  const name = isLarge ? 'amount large' : 'amount'
  if (!isHidden) return <span class={name}>{sum(cents)}</span>
  return (
    <span class={name}>
      <span class="dots" aria-hidden="true">
        •••
      </span>
      <span class="unseen">{common().hidden}</span>
    </span>
  )
}
