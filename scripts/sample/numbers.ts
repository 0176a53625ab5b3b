import { FinnishBusinessIds } from 'finnish-business-ids'

/**
 * A Finnish business id that passes its check and belongs to nobody: numbers from nine million on are not given out.
 * `order` from 0; some numbers have no check digit, so it is the order among those that have one.
 */
export function businessIdOf(order: number): string {
  for (let number = 9_000_001, passed = 0; ; number++) {
    const check = checkDigit(String(number))
    if (check === null) continue
    if (passed++ === order) return `${number}-${check}`
  }
}

function checkDigit(digits: string): number | null {
  const rest = FinnishBusinessIds.calculateChecksum(digits)
  return Number.isInteger(rest) && rest >= 0 && rest <= 9 ? rest : null
}

/** A Finnish IBAN that passes both of its checks, of a bank number that no bank has. `order` from 0. */
export function ibanOf(order: number): string {
  const body = `900001${String(order + 1).padStart(7, '0')}`
  const account = `${body}${luhnDigit(body)}`
  // ISO 13616: letters as numbers (F = 15, I = 18), country and 00 at the end, 98 less the rest by 97.
  const check = 98n - (BigInt(`${account}151800`) % 97n)
  return `FI${String(check).padStart(2, '0')}${account}`
}

function luhnDigit(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return (10 - (sum % 10)) % 10
}
