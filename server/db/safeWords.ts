import { sqlStateOf } from './transaction.ts'

/**
 * What of an error may stand in a log. A database's message may quote a row: of its errors only the SQLSTATE is told. Of
 * others the first line is, for further lines of a node's error repeat what it was asked and at which address.
 */
export function safeWords(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { thrown: typeof error }
  const sqlState = sqlStateOf(error)
  const stack = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return {
    name: error.name,
    ...(sqlState === null ? { message: error.message.split('\n')[0] } : { sqlState }),
    stack: stack.join('\n'),
  }
}
