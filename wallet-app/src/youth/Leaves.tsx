import type { Way } from '../sync/choose.ts'
import { leftOf, vouchers } from '../sync/walletState.ts'
import { sum } from '../text/format.ts'
import { isHidden } from './view.ts'
import { words } from './words.ts'

/** What a way leaves of the vouchers it touches; nothing while sums are hidden. A service voucher is so many times. */
export function Leaves({ way, cents, isAtLeast = false }: { way: Way; cents: bigint; isAtLeast?: boolean }) {
  const t = words()
  if (way.kind === 'service') return <p class="quiet">{t.confirm.usesOnce}</p>
  if (isHidden.value) return null
  const touched = new Set(way.parts.map(({ voucher }) => voucher))
  const before = vouchers.value.reduce((all, voucher) => (touched.has(voucher.id) ? all + leftOf(voucher) : all), 0n)
  const after = sum(before - cents)
  return <p class="quiet">{isAtLeast ? t.code.leavesAtLeast(after) : t.confirm.leaves(after)}</p>
}
