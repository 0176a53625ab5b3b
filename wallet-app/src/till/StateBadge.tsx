import { sum } from '../text/format.ts'
import { Badge } from '../ui/Notice.tsx'
import type { TillPayment } from './tillStore.ts'
import { words } from './words.ts'

export function StateBadge({ payment }: { payment: TillPayment }) {
  const t = words()
  if (payment.state === 'undone') return <Badge is="plain">{t.day.undone}</Badge>
  if (payment.refundedCents !== '0') {
    return (
      <Badge is="plain">
        {t.day.refunded} {sum(BigInt(payment.refundedCents))}
      </Badge>
    )
  }
  if (payment.ahead === 'waiting') return <Badge is="waiting">{t.ahead.title}</Badge>
  return null
}
