import type { Programme } from './officeData.ts'

export type BudgetPart = 'spent' | 'left' | 'expired' | 'revoked' | 'free'

type Counters = Pick<
  Programme,
  'spentCents' | 'leftCents' | 'expiredCents' | 'revokedCents' | 'grantableCents' | 'grantedCents' | 'budgetCents'
>

export interface Budget {
  parts: Record<BudgetPart, bigint>
  budgetCents: bigint
  grantedCents: bigint
}

/** What became of a programme's money: all that was granted, and what is free to grant. */
export function budgetOf(programme: Counters): Budget {
  return {
    parts: {
      spent: BigInt(programme.spentCents),
      left: BigInt(programme.leftCents),
      expired: BigInt(programme.expiredCents),
      revoked: BigInt(programme.revokedCents),
      free: BigInt(programme.grantableCents),
    },
    budgetCents: BigInt(programme.budgetCents),
    grantedCents: BigInt(programme.grantedCents),
  }
}

export function sumOfBudgets(budgets: readonly Budget[]): Budget {
  const sum = (pick: (budget: Budget) => bigint) => budgets.reduce((total, budget) => total + pick(budget), 0n)
  return {
    parts: {
      spent: sum(({ parts }) => parts.spent),
      left: sum(({ parts }) => parts.left),
      expired: sum(({ parts }) => parts.expired),
      revoked: sum(({ parts }) => parts.revoked),
      free: sum(({ parts }) => parts.free),
    },
    budgetCents: sum((budget) => budget.budgetCents),
    grantedCents: sum((budget) => budget.grantedCents),
  }
}

export interface Stretch {
  part: BudgetPart
  from: number
  width: number
}

const order: readonly BudgetPart[] = ['spent', 'left', 'expired', 'revoked', 'free']

/** Where each part lies on a bar of `length`; what is there at all is seen, however little it is. */
export function stretchesOf({ parts }: Budget, length: number): Stretch[] {
  const total = order.reduce((sum, part) => sum + parts[part], 0n)
  if (total <= 0n) return []
  const least = length / 100
  const wanted = order.map((part) =>
    parts[part] <= 0n ? 0 : Math.max(least, (Number(parts[part]) / Number(total)) * length),
  )
  const scale = length / wanted.reduce((sum, width) => sum + width, 0)
  let from = 0
  return order.flatMap((part, place) => {
    const width = (wanted[place] ?? 0) * scale
    if (width === 0) return []
    const stretch = { part, from, width }
    from += width
    return [stretch]
  })
}
