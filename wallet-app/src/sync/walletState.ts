import { computed, signal } from '@preact/signals'
import type { Hex } from 'viem'
import type { Purpose } from '../../../protocol/purposes.ts'
import type { Language } from '../text/text.ts'
import type { KeptOffer, WalletAnswer, WalletFacts } from './walletStore.ts'
import { walletDb } from './walletStore.ts'

export interface Note {
  noteId: Hex
  /** Place of its key in the stock; null while it waits for an address. */
  place: number | null
  cents: bigint
}

export interface Voucher {
  id: string
  label: Record<Language, string>
  purposes: readonly Purpose[]
  kind: 'value' | 'service'
  validUntil: Date
  /** Open notes that are this phone's own or wait for its address. */
  notes: readonly Note[]
}

export type WalletPayment = WalletAnswer['payments'][number]

/** `replaced`: another phone has this wallet now. */
export type Phase = 'starting' | 'none' | 'ready' | 'replaced'

export const phase = signal<Phase>('starting')
export const facts = signal<WalletFacts | null>(null)
export const offers = signal<readonly KeptOffer[]>([])
const places = signal<ReadonlyMap<string, number>>(new Map())

export const vouchers = computed<readonly Voucher[]>(() =>
  (facts.value?.answer.vouchers ?? [])
    .map((voucher) => ({
      id: voucher.id,
      label: voucher.label,
      purposes: voucher.purposes,
      kind: voucher.kind,
      validUntil: new Date(voucher.validUntil),
      notes: voucher.notes.flatMap(({ id, holder, cents }): Note[] => {
        const place = holder === null ? null : places.value.get(holder)
        // A holder that is not ours would be money that somebody else can spend: it does not count as this phone's.
        return place === undefined ? [] : [{ noteId: id, place, cents: BigInt(cents) }]
      }),
    }))
    .filter((voucher) => voucher.notes.length > 0)
    .sort((one, other) => one.validUntil.getTime() - other.validUntil.getTime() || (one.id < other.id ? -1 : 1)),
)

export const payments = computed<readonly WalletPayment[]>(() => facts.value?.answer.payments ?? [])

/** Notes of offers whose end is not known: they may be spent, so they are not offered again. */
export const maybeSpent = computed<ReadonlySet<Hex>>(
  () =>
    new Set(
      offers.value
        .filter((kept) => kept.state === 'open')
        .flatMap(({ offer }) => offer.notes.map(({ noteId }) => noteId)),
    ),
)

/** What open offers draw at most, by note. */
const drawn = computed<ReadonlyMap<Hex, bigint>>(
  () =>
    new Map(
      offers.value
        .filter((kept) => kept.state === 'open')
        .flatMap((kept) => kept.drawn.map(({ noteId, cents }) => [noteId, cents])),
    ),
)

/** What is left of a voucher when everything that may be spent is spent. */
export function leftOf(voucher: Voucher): bigint {
  return voucher.notes.reduce((sum, { noteId, cents }) => sum + cents - (drawn.value.get(noteId) ?? 0n), 0n)
}

/** Milliseconds on the server's clock, as far as it is known. */
export function serverNow(): number {
  return Date.now() + (facts.peek()?.aheadMs ?? 0)
}

/** Reads everything that is kept; the screen opens from this, network or not. */
export async function openWallet(): Promise<void> {
  const db = await walletDb()
  const [kept, addresses, indexes] = await Promise.all([
    db.get('facts', 'facts'),
    db.getAllKeys('holders'),
    db.getAll('holders'),
  ])
  places.value = new Map(addresses.map((address, at) => [address, indexes[at] ?? 0]))
  facts.value = kept ?? null
  offers.value = await db.getAll('offers')
}
