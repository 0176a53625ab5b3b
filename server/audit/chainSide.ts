import type { Address, Hex } from 'viem'
import { abis } from '../chain/abis.ts'
import type { Deps } from '../deps.ts'

/** What the contracts say at one block. */
export interface ChainSide {
  programmes: Map<number, ChainProgramme>
  sheets: Map<Hex, ChainSheet>
  /** Per merchant: what it is owed, less what it owes the guarantees. */
  owedCents: Map<number, bigint>
  debtCents: Map<number, bigint>
  /** Held by Vouchers, for everybody. */
  balanceCents: bigint
  supplyCents: bigint
}

export interface ChainProgramme {
  availableCents: bigint
  outstandingCents: bigint
  floatCents: bigint
  guaranteeCents: bigint
  guaranteePaidCents: bigint
  lockedCents: bigint
  dailyLimitCents: bigint
}

/** Forty bits each on chain: a number holds them. */
interface ChainSheet {
  committedCents: number
  spentCents: number
  isClosed: boolean
}

export interface Asked {
  blockNumber: bigint
  programmes: readonly number[]
  sheets: readonly Hex[]
  merchants: readonly number[]
}

/** So many questions to the node at once. */
const atOnce = 50

export async function readChainSide(deps: Deps, asked: Asked): Promise<ChainSide> {
  const { client, vouchers, budgetToken } = deps.chain
  const { blockNumber } = asked
  const ask = <R>(address: Address, abi: readonly unknown[], functionName: string, args: readonly unknown[]) =>
    client.readContract({ address, abi, functionName, args, blockNumber } as never) as Promise<R>
  const ofVouchers = <R>(functionName: string, arg: unknown) => ask<R>(vouchers, abis.vouchers, functionName, [arg])

  const programmes = await each(asked.programmes, (id) => ofVouchers<ChainProgramme>('programmeOf', id))
  return {
    programmes,
    sheets: await each(asked.sheets, (id) => ofVouchers<ChainSheet>('sheetOf', id)),
    owedCents: await each(asked.merchants, (id) => ofVouchers<bigint>('owedCents', id)),
    debtCents: await each(asked.merchants, (id) => ofVouchers<bigint>('totalDebtCents', id)),
    balanceCents: await ask(budgetToken, abis.budgetToken, 'balanceOf', [vouchers]),
    supplyCents: await ask(budgetToken, abis.budgetToken, 'totalSupply', []),
  }
}

async function each<K, R>(keys: readonly K[], ask: (key: K) => Promise<R>): Promise<Map<K, R>> {
  const answers = new Map<K, R>()
  for (let first = 0; first < keys.length; first += atOnce) {
    const some = keys.slice(first, first + atOnce)
    const read = await Promise.all(some.map(ask))
    for (const [place, key] of some.entries()) answers.set(key, read[place] as R)
  }
  return answers
}
