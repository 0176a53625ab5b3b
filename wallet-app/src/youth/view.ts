import { signal } from '@preact/signals'
import type { Purpose } from '../../../protocol/purposes.ts'
import type { Payable } from '../sync/choose.ts'
import { directory, type Place } from '../sync/directory.ts'
import { leftOf, maybeSpent, serverNow, type Voucher, vouchers } from '../sync/walletState.ts'
import { language } from '../text/text.ts'

const storedUnder = 'hidden-at-start'

export function isHiddenAtStart(): boolean {
  return localStorage.getItem(storedUnder) !== 'no'
}

export function setHiddenAtStart(isOn: boolean): void {
  localStorage.setItem(storedUnder, isOn ? 'yes' : 'no')
}

/** Sums are shown when asked for, and hidden again when the wallet is opened the next time. */
export const isHidden = signal(isHiddenAtStart())

/** What one line of the wallet shows: a voucher, or service vouchers of one kind, which are counted, never summed. */
export interface Line {
  key: string
  label: string
  kind: Voucher['kind']
  purpose: Purpose | undefined
  purposes: readonly Purpose[]
  validUntil: Date
  vouchers: readonly Voucher[]
}

export function linesOf(all: readonly Voucher[]): Line[] {
  const lines = new Map<string, Line>()
  for (const voucher of all) {
    const label = voucher.label[language.value]
    const key = voucher.kind === 'value' ? voucher.id : `${label} ${voucher.purposes.join(' ')}`
    const before = lines.get(key)
    const { kind, purposes, validUntil } = voucher
    lines.set(key, {
      key,
      label,
      kind,
      purposes,
      purpose: purposes[0],
      validUntil: before?.validUntil ?? validUntil,
      vouchers: [...(before?.vouchers ?? []), voucher],
    })
  }
  return [...lines.values()]
}

export function centsOf(line: Line): bigint {
  return line.vouchers.reduce((sum, voucher) => sum + leftOf(voucher), 0n)
}

export function timesOf(line: Line): number {
  return line.vouchers.flatMap(({ notes }) => notes).filter(({ noteId }) => !maybeSpent.value.has(noteId)).length
}

/** Notes that can pay here and now: for what the place sells, with a key on this phone, and not perhaps spent. */
export function payableAt(place: Place): Payable[] {
  return vouchers.value.filter((voucher) => isUsableAt(voucher, place)).flatMap(payableOf)
}

/** Places where something of this wallet works and somebody can take it: one without a till reads no code. */
export function placesFor(usable: readonly Pick<Voucher, 'purposes' | 'validUntil'>[]): Place[] {
  const places = directory.value?.places ?? []
  return places.filter((place) => place.tills.length > 0 && usable.some((voucher) => isUsableAt(voucher, place)))
}

/** What of this wallet works at a place, each name once. */
export function labelsAt(place: Place): string[] {
  const usable = vouchers.value.filter((voucher) => isUsableAt(voucher, place))
  return [...new Set(usable.map(({ label }) => label[language.value]))]
}

export function isUsableAt({ purposes, validUntil }: Pick<Voucher, 'purposes' | 'validUntil'>, place: Place): boolean {
  return validUntil.getTime() >= serverNow() && purposes.some((purpose) => place.purposes.includes(purpose))
}

function payableOf({ id, kind, validUntil, notes }: Voucher): Payable[] {
  return notes.flatMap(({ noteId, place, cents }) =>
    place === null || maybeSpent.value.has(noteId)
      ? []
      : [{ noteId, place, cents, voucher: id, kind, endsAt: validUntil.getTime() }],
  )
}

export function labelOf(voucherId: string): string {
  return vouchers.value.find(({ id }) => id === voucherId)?.label[language.value] ?? ''
}
