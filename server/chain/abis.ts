import type { ContractEventName, ContractFunctionArgs, ContractFunctionName, GetEventArgs } from 'viem'
import { auditAnchorAbi } from '../../protocol/abi/auditAnchor.ts'
import { budgetTokenAbi } from '../../protocol/abi/budgetToken.ts'
import { merchantRegistryAbi } from '../../protocol/abi/merchantRegistry.ts'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'

export const abis = {
  vouchers: vouchersAbi,
  merchantRegistry: merchantRegistryAbi,
  budgetToken: budgetTokenAbi,
  auditAnchor: auditAnchorAbi,
} as const

/** A contract of ours, by the name that tables use. */
export type Target = keyof typeof abis

export type CallName<T extends Target> = ContractFunctionName<(typeof abis)[T], 'nonpayable'>
export type CallArgs<T extends Target, F extends CallName<T>> = ContractFunctionArgs<(typeof abis)[T], 'nonpayable', F>

type AllAbis = (typeof abis)[Target]

export type EventName = ContractEventName<AllAbis>
export type EventArgs<E extends EventName> = GetEventArgs<
  AllAbis,
  E,
  { EnableUnion: false; IndexedOnly: false; Required: true }
>
