import type { Way } from '../sync/choose.ts'
import { leftOf, vouchers } from '../sync/walletState.ts'
import { sum } from '../text/format.ts'
import { Mark } from '../ui/Mark.tsx'
import { isHidden, labelOf } from './view.ts'
import { words } from './words.ts'

export function nameOf(way: Way): string {
  return [...new Set(way.parts.map(({ voucher }) => labelOf(voucher)))].join(' + ')
}

interface LeavesProps {
  way: Way
  cents: bigint
  /** "Up to": the till may take less. */
  isAtLeast?: boolean
}

/** What pays, and what it leaves; no sum while sums are hidden. A service voucher is so many times. */
export function Leaves({ way, cents, isAtLeast = false }: LeavesProps) {
  const touched = vouchers.value.filter(({ id }) => way.parts.some(({ voucher }) => voucher === id))
  return (
    <div class="item">
      <Mark purpose={touched[0]?.purposes[0]} />
      <span class="item-text">
        <b>{nameOf(way)}</b>
        <span class="quiet">{sentence()}</span>
      </span>
    </div>
  )

  function sentence() {
    const t = words()
    if (way.kind === 'service') return t.confirm.usesOnce
    if (isHidden.value) return null
    const after = sum(touched.reduce((left, voucher) => left + leftOf(voucher), 0n) - cents)
    return isAtLeast ? t.code.leavesAtLeast(after) : t.confirm.leaves(after)
  }
}
