import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  HttpRequestError,
  InternalRpcError,
  TimeoutError,
} from 'viem'

/** What an error of a node says about a transaction. `unknown` may mean anything, also that it was taken. */
export type RpcAnswer = 'already_there' | 'nonce_used' | 'no_funds' | 'underpriced' | 'unknown'

/** Nodes agree neither on codes nor on texts: what each of them was seen to say, by its meaning. */
const dialects: [RpcAnswer, RegExp][] = [
  ['already_there', /already known|already imported|known transaction|alreadyexists/i],
  ['nonce_used', /nonce too low|nonce is too low|oldnonce|invalid nonce/i],
  ['no_funds', /insufficient funds|doesn't have enough funds|upfront cost exceeds/i],
  ['underpriced', /underpriced|fee too low|max fee per gas less than block base fee|gas price below/i],
]

export function answerOf(error: unknown): RpcAnswer {
  const text = textOf(error)
  return dialects.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown'
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const details = error instanceof BaseError ? error.details : ''
  return `${error.message} ${details} ${error.cause === undefined ? '' : textOf(error.cause)}`
}

/**
 * Why the contract itself refuses, as `AboveDailyLimit(1, 5000, 6000)`; null when it did not say so.
 * A node's −32603 without the contract's own data is not a refusal: it means that the node does not know.
 */
export function revertOf(error: unknown): string | null {
  if (!(error instanceof BaseError)) return null
  const revert = error.walk((inner) => inner instanceof ContractFunctionRevertedError)
  if (!(revert instanceof ContractFunctionRevertedError)) return null
  if (revert.data !== undefined) return `${revert.data.errorName}(${(revert.data.args ?? []).map(String).join(', ')})`
  if (revert.signature !== undefined) return revert.signature
  return null
}

/** A node without a contract that has long been final is behind. */
const away = [HttpRequestError, TimeoutError, InternalRpcError, ContractFunctionZeroDataError]

/** Whether no node answered what was to be read, or none that can know: it may be asked again. */
export function isNodeAway(error: unknown): boolean {
  return error instanceof BaseError && error.walk((inner) => away.some((kind) => inner instanceof kind)) !== null
}

/** Whether a node says that a read call reverted, with a reason or without a word, as past the end of a list. */
export function isRevert(error: unknown): boolean {
  if (revertOf(error) !== null) return true
  // viem calls much a revert; what the node itself said stands in the details.
  if (!(error instanceof BaseError)) return false
  return /revert/i.test(error.details) || error.walk((inner) => (inner as { code?: unknown }).code === 3) !== null
}
