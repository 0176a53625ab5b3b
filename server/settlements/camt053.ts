import { create } from 'xmlbuilder2'
import type { Cents } from '../../protocol/money.ts'

/** One booked movement on the clearing account. */
export interface StatementEntry {
  /** The bank's own name for it: the same entry in a second copy of the statement has the same. */
  reference: string
  direction: 'debit' | 'credit'
  cents: Cents
  endToEndId: string | null
  /** `2026-11-30` */
  bookedOn: string
}

export interface Statement {
  id: string
  iban: string
  entries: StatementEntry[]
}

/** The text is no statement that can be read to the cent; `message` says where. */
export class NotReadable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NotReadable'
  }
}

/** What an XML parser gives: attributes as `@name`, text as `#` beside them, repeated elements as arrays. */
type Element = { [name: string]: unknown }

/**
 * Reads camt.053 in any version since 02: what is booked, in euro. Entries that are only announced are left out. An entry of
 * several payments is read payment by payment.
 *
 * @throws NotReadable for anything that is not such a statement.
 */
export function readCamt053(xml: string): Statement[] {
  // A bank needs no document type, and who sends one wants entities expanded.
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) throw new NotReadable('A document type is not read')
  const document = parse(xml)
  const body = elements(document, 'Document')[0]
  const report = body === undefined ? undefined : elements(body, 'BkToCstmrStmt')[0]
  if (report === undefined) throw new NotReadable('There is no BkToCstmrStmt')
  const statements = elements(report, 'Stmt').map(readStatement)
  if (statements.length === 0) throw new NotReadable('There is no Stmt')
  return statements
}

function parse(xml: string): Element {
  if (!isWhole(xml)) throw new NotReadable('It is not whole XML')
  try {
    return create(xml).end({ format: 'object' }) as Element
  } catch {
    throw new NotReadable('It is not XML')
  }
}

/** The parser forgives what is cut off or crossed; half a statement would look like a whole one with fewer payments. */
function isWhole(xml: string): boolean {
  const open: string[] = []
  const tags = xml
    .replace(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g, '')
    .matchAll(/<(\/?)([^\s/>]*)[^>]*?(\/?)>/g)
  let roots = 0
  for (const [, closes, name = '', closesItself] of tags) {
    if (closes === '/') {
      if (open.pop() !== name) return false
    } else {
      if (open.length === 0) roots++
      if (closesItself !== '/') open.push(name)
    }
  }
  return open.length === 0 && roots === 1
}

function readStatement(statement: Element): Statement {
  const id = wanted(statement, 'Id')
  const iban = wanted(statement, 'Acct', 'Id', 'IBAN')
  const entries = elements(statement, 'Ntry')
    .filter((entry) => (text(entry, 'Sts', 'Cd') ?? text(entry, 'Sts')) === 'BOOK')
    .flatMap(readEntry)
  return { id, iban, entries }
}

function readEntry(entry: Element): StatementEntry[] {
  const reference = text(entry, 'AcctSvcrRef') ?? text(entry, 'NtryRef')
  const indicator = wanted(entry, 'CdtDbtInd')
  const bookedOn = (text(entry, 'BookgDt', 'Dt') ?? text(entry, 'BookgDt', 'DtTm'))?.slice(0, 10)
  if (indicator !== 'DBIT' && indicator !== 'CRDT') throw new NotReadable(`CdtDbtInd is ${indicator}`)
  if (bookedOn === undefined || !/^\d{4}-\d\d-\d\d$/.test(bookedOn)) throw new NotReadable('An entry has no BookgDt')
  const direction = indicator === 'DBIT' ? 'debit' : 'credit'
  const total = centsOf(entry, 'Amt')
  const details = elements(entry, 'NtryDtls').flatMap((group) => elements(group, 'TxDtls'))

  if (details.length <= 1) {
    const [detail = {}] = details
    const own = reference ?? text(detail, 'Refs', 'AcctSvcrRef')
    if (own === null) throw new NotReadable('An entry has no reference of the bank')
    return [{ reference: own, direction, cents: total, endToEndId: endToEndOf(detail), bookedOn }]
  }
  const parts = details.map((detail, place): StatementEntry => {
    const own = text(detail, 'Refs', 'AcctSvcrRef') ?? (reference === null ? null : `${reference}/${place + 1}`)
    if (own === null) throw new NotReadable('A payment of an entry has no reference of the bank')
    return { reference: own, direction, cents: detailCents(detail), endToEndId: endToEndOf(detail), bookedOn }
  })
  const sum = parts.reduce((cents, part) => cents + part.cents, 0n)
  if (sum !== total) throw new NotReadable(`The payments of entry ${reference} are ${sum} cents, the entry is ${total}`)
  return parts
}

function detailCents(detail: Element): Cents {
  if (elements(detail, 'Amt').length > 0) return centsOf(detail, 'Amt')
  const amounts = elements(detail, 'AmtDtls')[0]
  const amount = amounts === undefined ? undefined : elements(amounts, 'TxAmt')[0]
  if (amount === undefined) throw new NotReadable('A payment of an entry has no amount')
  return centsOf(amount, 'Amt')
}

/** Banks write this where nobody gave one. */
function endToEndOf(detail: Element): string | null {
  const given = text(detail, 'Refs', 'EndToEndId')
  return given === 'NOTPROVIDED' ? null : given
}

function centsOf(parent: Element, name: string): Cents {
  const amount = elements(parent, name)[0]
  const written = text(parent, name)
  const currency = amount?.['@Ccy']
  if (currency !== 'EUR') throw new NotReadable(`An amount is in ${String(currency)}`)
  const match = /^(\d{1,13})(?:\.(\d{1,5}))?$/.exec(written ?? '')
  const decimals = (match?.[2] ?? '').padEnd(2, '0')
  if (match === null || !/^0*$/.test(decimals.slice(2))) throw new NotReadable(`${written} is no amount in cents`)
  const cents = BigInt(`${match[1]}${decimals.slice(0, 2)}`)
  if (cents === 0n) throw new NotReadable('An entry of nothing')
  return cents
}

/** Every child of this name, whatever prefix the bank gave its namespace. */
function elements(parent: Element, name: string): Element[] {
  return Object.entries(parent)
    .filter(([key]) => key === name || key.endsWith(`:${name}`))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .map((value) => (typeof value === 'object' && value !== null ? (value as Element) : { '#': value }))
}

function text(parent: Element, ...path: string[]): string | null {
  let here: Element | undefined = parent
  for (const name of path) here = here === undefined ? undefined : elements(here, name)[0]
  const value = here?.['#']
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

function wanted(parent: Element, ...path: string[]): string {
  const value = text(parent, ...path)
  if (value === null) throw new NotReadable(`There is no ${path.join('/')}`)
  return value
}
