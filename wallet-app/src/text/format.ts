import { decimal } from '../../../protocol/money.ts'
import { type Language, language } from './text.ts'

const locales: Record<Language, string> = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }
const timeZone = 'Europe/Helsinki'

function dates(options: Intl.DateTimeFormatOptions, date: Date): string {
  return new Intl.DateTimeFormat(locales[language.value], { timeZone, ...options }).format(date)
}

/** `890n` → `8,90 €`, `€8.90`. */
export function sum(cents: bigint): string {
  return new Intl.NumberFormat(locales[language.value], { style: 'currency', currency: 'EUR' }).format(
    decimal(cents) as `${number}`,
  )
}

/** `1000n` → `10 €`, `€10`; cents stay where there are any. */
export function shortSum(cents: bigint): string {
  return cents % 100n === 0n
    ? new Intl.NumberFormat(locales[language.value], {
        style: 'currency',
        currency: 'EUR',
        maximumFractionDigits: 0,
      }).format(cents / 100n)
    : sum(cents)
}

/** `30.11.`, `30 Nov`; with the year when it is another one. */
export function shortDay(date: Date): string {
  const isThisYear = dates({ year: 'numeric' }, date) === dates({ year: 'numeric' }, new Date())
  return dates(
    {
      day: 'numeric',
      month: language.value === 'en' ? 'short' : 'numeric',
      ...(isThisYear ? {} : { year: 'numeric' }),
    },
    date,
  )
}

/** `perjantai 30. marraskuuta`. */
export function longDay(date: Date): string {
  return dates({ weekday: 'long', day: 'numeric', month: 'long' }, date)
}

/** `30.11.2026`. */
export function fullDay(date: Date): string {
  return dates({ day: 'numeric', month: 'numeric', year: 'numeric' }, date)
}

/** `12:04`, `12.04`. */
export function timeOfDay(date: Date): string {
  return dates({ hour: '2-digit', minute: '2-digit' }, date)
}

/** The day in Finland as `2026-11-30`, as the API takes it. */
export function isoDay(date: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(date)
}
