const timeZone = 'Europe/Helsinki'

/** `2026-11-30` and so many days after it, as a calendar counts them. */
export function daysAfter(day: string, days: number): string {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (date ?? 1) + days)).toISOString().slice(0, 10)
}

/** The last second of a day in Finland, as an instant: `2026-11-30` → `2026-11-30T21:59:59.000Z`. Null for no day. */
export function endOfDay(day: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null
  // Finland is two or three hours ahead of UTC, and changes between them long before its evening.
  for (const hours of [2, 3]) {
    const instant = new Date(Date.parse(`${day}T23:59:59.000Z`) - hours * 3_600_000)
    if (Number.isNaN(instant.getTime())) return null
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
      instant,
    )
    if (shown === `${day} 23:59:59`) return instant.toISOString()
  }
  return null
}
