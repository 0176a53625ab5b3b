import bankUtils from 'finnish-bank-utils'
import { FinnishBusinessIds } from 'finnish-business-ids'
import { electronicFormatIBAN, isSEPACountry, isValidIBAN } from 'ibantools'

/** An IBAN as banks send it, `FI2112345600000785`; null when its check digits are wrong or no SEPA bank has it. */
export function readIban(typed: string): string | null {
  const iban = electronicFormatIBAN(typed)
  return iban !== null && isValidIBAN(iban) && isSEPACountry(iban.slice(0, 2)) ? iban : null
}

/** A Finnish business id, `1234567-8`; null when its check digit is wrong. */
export function readBusinessId(typed: string): string | null {
  const id = typed.trim()
  return FinnishBusinessIds.isValidBusinessId(id) ? id : null
}

/**
 * The one reference by which a merchant knows our payments in its own books: an ISO 11649 reference (`RF`) around a
 * Finnish one, so that both kinds of bank software check it.
 */
export function bankReferenceOf(merchant: number): string {
  const national = bankUtils.generateFinnishRefNumber(`7${String(merchant).padStart(10, '0')}`)
  // ISO 7064 mod 97-10 with `RF00` behind: R is 27, F is 15.
  const check = 98n - (BigInt(`${national}271500`) % 97n)
  return `RF${String(check).padStart(2, '0')}${national}`
}
