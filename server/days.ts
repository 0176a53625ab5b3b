const helsinki = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki', dateStyle: 'short' })

/** The calendar day in Finland at a moment, as `2026-11-30`: limits and tills count by it. */
export function dayOf(moment: Date): string {
  return helsinki.format(moment)
}
