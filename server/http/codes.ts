import { randomInt } from 'node:crypto'
import { hashOf } from './sessions.ts'

/** Crockford's base 32: no letter that a person mistakes for a digit. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 16

/** A code of 80 bits for a person to read out or scan: `7Q4M-0XKD-H2ZT-91BC`. */
export function newCode(): string {
  const code = Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
  return code.replace(/.{4}(?=.)/g, '$&-')
}

/** What is stored of a code, the same however it was typed; null for text that is no code. */
export function codeHash(typed: string): Buffer | null {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return plain.length === length && [...plain].every((letter) => letters.includes(letter)) ? hashOf(plain) : null
}
