/** The coarse purposes on chain, at most eight. Their order is their bit: never reorder, never reuse. */
export const purposes = ['food', 'clothes', 'travel', 'hobby', 'culture', 'health', 'study', 'home'] as const

export type Purpose = (typeof purposes)[number]

/** Bits of several purposes, as contracts and tables keep them. */
export function maskOf(chosen: readonly Purpose[]): number {
  return chosen.reduce((mask, purpose) => mask | (1 << purposes.indexOf(purpose)), 0)
}

/** The purposes of a mask, in the order of their bits. */
export function purposesOf(mask: number): Purpose[] {
  return purposes.filter((_, bit) => (mask & (1 << bit)) !== 0)
}
