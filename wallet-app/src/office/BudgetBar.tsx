import { useId } from 'preact/hooks'
import { shortSum } from '../text/format.ts'
import { type Budget, stretchesOf } from './budget.ts'
import { words } from './words.ts'

const length = 600
const gap = 3

/** Spent, with the youths, ended, free: told apart by their order and pattern, with the numbers beside it in words. */
export function BudgetBar({ budget }: { budget: Budget }) {
  const t = words().budget
  const hatch = useId()
  const { spent, left, free } = budget.parts
  return (
    <svg
      class="budget-bar"
      viewBox={`0 0 ${length} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t.bar(shortSum(spent), shortSum(left), shortSum(free))}
    >
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="3" height="6" class="ended-line" />
        </pattern>
      </defs>
      {stretchesOf(budget, length).map(({ part, from, width }) => (
        <rect
          key={part}
          class={`part ${part}`}
          {...(part === 'expired' || part === 'revoked' ? { fill: `url(#${hatch})` } : {})}
          x={from}
          width={Math.max(1, width - gap)}
          y="1"
          height="18"
          rx="3"
        />
      ))}
    </svg>
  )
}
